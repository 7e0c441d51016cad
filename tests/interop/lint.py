"""Lints pairs of issuer and certificate, or with --crl lists, all PEM, with pkilint in one process.

pkilint takes seconds to start, so that its own commands, one certificate each, would take minutes.
Prints each finding at NOTICE or above and exits with 1, or says how many were linted.
"""

import sys

from pkilint import loader, pkix, report
from pkilint.bin import lint_pkix_signer_signee_cert_chain as pair
from pkilint.pkix import certificate, crl, extension, name
from pkilint.validation import ValidationFindingSeverity

SEVERITY = ValidationFindingSeverity.NOTICE


def main(files):
    if files[:1] == ["--crl"]:
        return lint_lists(files[1:])
    single = certificate.create_pkix_certificate_validator_container(
        certificate.create_decoding_validators(
            name.ATTRIBUTE_TYPE_MAPPINGS, extension.EXTENSION_MAPPINGS
        ),
        [
            certificate.create_issuer_validator_container([]),
            certificate.create_validity_validator_container(),
            certificate.create_subject_validator_container([]),
            certificate.create_extensions_validator_container([]),
            certificate.create_spki_validator_container([]),
        ],
    )
    findings = 0
    for issuer, subject in zip(files[::2], files[1::2]):
        results = single.validate(load(subject).root) + lint_pair(issuer, subject)
        results = [result for result in results if not is_single_label_constraint(result)]
        found = report.get_findings_count(results, SEVERITY)
        if found:
            print(f"{subject}:\n{report.ReportGeneratorPlaintext(results, SEVERITY).generate()}")
        findings += found
    if findings:
        return 1
    print(f"{len(files) // 2} certificates linted")
    return 0


def lint_lists(files):
    """As `lint_crl lint -t CRL -p PKIX` does."""
    container = crl.create_pkix_crl_validator_container(
        [
            pkix.create_attribute_decoder(name.ATTRIBUTE_TYPE_MAPPINGS),
            pkix.create_extension_decoder(extension.EXTENSION_MAPPINGS),
        ],
        [
            crl.create_issuer_validator_container([]),
            crl.create_validity_validator_container([]),
            crl.create_extensions_validator_container([]),
        ],
    )
    findings = 0
    for path in files:
        with open(path, encoding="ascii") as file:
            text = file.read()
        document = loader.RFC5280CertificateListDocumentLoader().load_pem_document(text, "crl", path)
        results = container.validate(document.root)
        found = report.get_findings_count(results, SEVERITY)
        if found:
            print(f"{path}:\n{report.ReportGeneratorPlaintext(results, SEVERITY).generate()}")
        findings += found
    if findings:
        return 1
    print(f"{len(files)} CRLs linted")
    return 0


def is_single_label_constraint(result):
    """Whether pkilint objects to a name constraint such as `internal`.

    It expects two labels or more, as of a host. RFC 5280, 4.2.1.10, asks for no number of labels:
    "Any DNS name that can be constructed by simply adding zero or more labels to the left-hand side
    of the name satisfies the name constraint." openssl keeps to these (constraints.rs).
    """
    codes = {found.finding.code for found in result.finding_descriptions}
    is_constraint = ".nameConstraints." in result.node.path
    return (
        is_constraint
        and codes == {"pkix.invalid_domain_name_syntax"}
        and str(result.node.pdu) in ("internal", "local", "localhost", "test")
    )


def lint_pair(issuer_file, subject_file):
    documents = {}
    issuer = load(issuer_file, "issuer", documents)
    documents["issuer"] = issuer
    subject = load(subject_file, "subject", documents)
    documents["subject"] = subject
    decoding = pair.create_decoder_validation_container()
    return (
        decoding.validate(issuer.root)
        + decoding.validate(subject.root)
        + pair.create_issuer_validation_container().validate(issuer.root)
        + pair.create_subject_validation_container().validate(subject.root)
    )


def load(path, name="certificate", documents=None):
    with open(path, encoding="ascii") as file:
        text = file.read()
    return loader.RFC5280CertificateDocumentLoader().load_pem_document(text, name, path, documents)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
