"""Makes a few inputs for each target, which the fuzzer changes: seeds.py FOLDER.

What a target tells apart by its first byte stands in targets/*.rs; what it takes in pieces has two
bytes of length in front.
"""

import json
import pathlib
import subprocess
import sys
import tempfile

OWN = pathlib.Path(__file__).resolve().parents[2] / "engine/src/x509/fixtures"
FIXTURES = pathlib.Path(__file__).resolve().parent.parent / "fixtures"


def main(out):
    with tempfile.TemporaryDirectory() as folder:
        work = pathlib.Path(folder)
        made = foreign_files(work)
    certificates = [made[f"{kind}.der"] for kind in KEYS] + [made["leaf.der"], made["odd.der"]]
    chain = made["leaf.pem"] + made["ec.pem"]
    requests = [made["request.der"], made["request.pem"]]
    names = [NAME, b"O=Example, CN=Root", b"CN=a\\,b+OU=c, DC=d"]
    keys = [made[f"{kind}.spki"] for kind in KEYS]
    composed = b"\x00" + counted(b"Example") + b"\x00"
    asked = b"\0" + counted(b"www.example.internal") + wanted({2: ALTERNATIVE})
    put(out / "inspect", list(made.values()))
    put(
        out / "certificate",
        [b"\0" + der for der in certificates + [made["leaf.pem"]]]
        + [b"\1" + chain, b"\2" + chain]
        + [b"\3" + value for value in EXTENSIONS.values()]
        + [b"\4" + name for name in names]
        + [b"\5" + key for key in keys]
        + [b"\7" + composed + counted(b"\x11") + b"\0" + wanted(EXTENSIONS)],
    )
    ways = [b"\0" + request for request in requests] + [b"\3" + asked]
    ways += [b"\3\0" + counted(b"www.example.internal") + wanted({which: value})
             for which, value in EXTENSIONS.items()]
    ways += [b"\2" + counted(profile) + asked for profile in PROFILES]
    ways += [b"\3\0" + counted(b"") + wanted(EXTENSIONS)]
    # Each under each of the built-in profiles.
    put(out / "request", [way[:1] + bytes([profile]) + way[1:] for way in ways for profile in range(9)])
    put(out / "container", container_seeds(made))
    put(
        out / "crl",
        [b"\0" + made["crl.der"], b"\0" + made["crl.pem"], b"\0" + (OWN / "list.crl").read_bytes()]
        + [b"\1" + b"\0" + counted(b"CA") + b"\0" + counted(wanted({5: b"\2\1\5"}))
           + counted(b"\x11") + counted(wanted({6: b"\x0a\1\1"})) + counted(b"\x12") + counted(b"")],
    )
    backup = next(iter(FIXTURES.glob("backup-*")), None)
    whole = backup.read_bytes() if backup else b"CHANCBAK\0\1\0\0\0\0"
    length = int.from_bytes(whole[10:14], "big")
    table = b"\4" + b"\x48" + b"\x05" + counted((3).to_bytes(8, "big")) + b"\x2c\x0a" + counted(b"text")
    put(out / "backup", [b"\0" + whole[:14 + length + 64], b"\1\7" + whole[14:14 + length], table,
                         b"\3" + counted(b"plain") + whole[-64:],
                         b"\2\1" + (4).to_bytes(4, "big") + b"meta" + b"\3" + bytes(8)])
    index = made["index.txt"] + "\n".join(INDEX).encode()
    files = {0: index, 1: b"0A\n", 3: made["ec.pem"], 4: made["ec.key"], 5: made["leaf.pem"]}
    folder = b"".join(bytes([name]) + counted(whole) for name, whole in files.items())
    put(out / "import", [b"\0" + index, b"\1" + made["leaf.pem"], b"\2" + folder])
    put(out / "text", [text.encode() for text in TEXTS])
    put(out / "window", [json.dumps(left).encode() for left in WINDOWS])
    put(out / "vault", vault_seeds(made))
    put(out / "audit", audit_seeds())
    put(out / "dns", dns_seeds())
    put(out / "acme", acme_seeds())
    put(out / "store", rows(FIXTURES / "store-v1.redb"))


def counted(piece):
    return len(piece).to_bytes(2, "big") + piece


def dns_seeds():
    """Answers as servers give them (RFC 1035, 4.1), an answer to an update with a signature."""
    asked = b"_acme-challenge.example.org"
    labels = b"".join(bytes([len(label)]) + label for label in asked.split(b".")) + b"\0"
    text = lambda value: bytes([len(value)]) + value
    values = {16: text(b"one") + text(b"two"), 5: b"\1a\xc0\x1c", 257: b"\x80\5issueca.example; accounturi=a",
              6: b"\xc0\x0c" * 2 + bytes(20), 2: b"\2ns\xc0\x1c"}
    answers = []
    for kind, value in values.items():
        question = labels + kind.to_bytes(2, "big") + b"\0\1"
        record = b"\xc0\x0c" + kind.to_bytes(2, "big") + b"\0\1" + bytes(4) + counted(value)
        answers.append(b"\0\1\x84\0\0\1\0\1\0\0\0\0" + question + record)
    tsig = (b"\7rig-key\0\0\xfa\0\xff" + bytes(4)
            + counted(b"\x0bhmac-sha256\0" + bytes(6) + b"\1\x2c" + counted(bytes(32)) + b"\0\1\0\x12"
                      + counted(bytes(6))))
    update = b"\0\1\xa8\0\0\1\0\0\0\0\0\1\7example\3org\0\0\6\0\1" + tsig
    return ([b"\0" + counted(asked) + answer for answer in answers] + [b"\1" + update]
            + [b"\2\1" + counted(b"issue") + b"ca.example; validationmethods=dns-01", b"\5" + asked,
               b"\3\3" + b'{"errors":[{"message":"bad"}]}', b"\3\0<html><title>Sign in</title>",
               b'\4"one" "t\\"w\\\\o\\195"', b"\4plain"])


def acme_seeds():
    """Answers as RFC 8555 and RFC 9773 show them, and keys as RFC 7517 and RFC 8037 do."""
    def answer(body, status=0, location=b"", link=b"", retry=b"", date=b""):
        return (b"\3" + bytes([status]) + b"".join(map(counted, (location, link, retry, date, b"nonce")))
                + json.dumps(body).encode())

    problem = {"type": "urn:ietf:params:acme:error:malformed", "detail": "Some of the names.", "status": 403,
               "subproblems": [{"type": "urn:ietf:params:acme:error:caa", "detail": "forbidden",
                                "identifier": {"type": "dns", "value": "a.example"}}]}
    order = {"status": "pending", "authorizations": ["https://ca.example/authz/1"],
             "finalize": "https://ca.example/order/1/finalize", "certificate": "https://ca.example/cert/1",
             "error": problem}
    challenge = {"type": "dns-01", "url": "https://ca.example/chall/1", "token": "evaGxfADs6pSRb2LAv9IZ",
                 "status": "invalid", "error": problem}
    persistent = {"type": "dns-persist-01", "url": "https://ca.example/chall/2", "status": "pending",
                  "issuer-domain-names": ["ca.example"]}
    authorization = {"status": "valid", "identifier": {"type": "dns", "value": "example.org"},
                     "wildcard": True, "challenges": [challenge, persistent, {"type": "other"}]}
    directory = {"newNonce": "https://ca.example/n", "newAccount": "https://ca.example/a",
                 "newOrder": "https://ca.example/o", "renewalInfo": "https://ca.example/r",
                 "meta": {"termsOfService": "https://ca.example/t", "website": "https://ca.example",
                          "caaIdentities": ["ca.example"], "externalAccountRequired": True,
                          "profiles": {"shortlived": "six days"}}}
    window = {"suggestedWindow": {"start": "2026-11-22T02:00:00Z", "end": "2026-11-24T02:00:00.5Z"},
              "explanationURL": "https://ca.example/why"}
    keys = [
        {"kty": "OKP", "crv": "Ed25519", "d": "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A",
         "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"},
        {"kty": "EC", "crv": "P-256", "d": "870MB6gfuTJ4HtUnUvYMyJpr5eUZNP4Bk43bVdj3eAE",
         "x": "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",
         "y": "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM"},
        {"kty": "RSA"} | dict.fromkeys(("n", "e", "d", "p", "q", "dp", "dq", "qi"), "AQAB"),
    ]
    links = b'<https://ca.example/cert/1/1>;rel="alternate", <https://ca.example/i>; rel=index'
    return ([b"\0" + json.dumps(directory).encode(), b"\1\1\5" + json.dumps(window).encode()]
            + [b"\2" + json.dumps(key).encode() for key in keys]
            + [answer(order, location=b"https://ca.example/order/1"), answer(authorization, retry=b"5"),
               answer(problem, 67, link=links, retry=b"Sun, 06 Nov 1994 08:49:37 GMT",
                      date=b"Sun, 06 Nov 1994 08:49:00 GMT"), answer({"status": "valid"}, location=b"x")])


def wanted(values):
    """Extensions as the targets' `extensions` takes them; the value's own bytes count."""
    pieces = [bytes([0x40 | which]) + counted(value) for which, value in values.items()]
    return b"".join(pieces)


def foreign_files(work):
    """What openssl makes: a root of each kind of key, a leaf, a request, a CRL, keys."""
    made = {}
    for kind, options in KEYS.items():
        key, pem = work / f"{kind}.key", work / f"{kind}.pem"
        openssl("genpkey", *options, "-out", key)
        openssl("req", "-x509", "-new", "-key", key, "-subj", f"/O=Example/CN={kind}",
                "-days", "900", "-out", pem, "-addext", "keyUsage=critical,keyCertSign,cRLSign",
                "-addext", "nameConstraints=permitted;DNS:internal,excluded;IP:10.0.0.0/255.0.0.0")
        made[f"{kind}.key"] = key.read_bytes()
        made[f"{kind}.pem"] = pem.read_bytes()
        made[f"{kind}.der"] = openssl("x509", "-in", pem, "-outform", "DER")
        made[f"{kind}.spki"] = openssl("pkey", "-in", key, "-pubout", "-outform", "DER")
        made[f"{kind}.pkcs8"] = openssl("pkcs8", "-topk8", "-nocrypt", "-in", key, "-outform", "DER")
    ca, ca_key = work / "ec.pem", work / "ec.key"
    request = work / "request.pem"
    openssl("req", "-new", "-key", work / "ed.key", "-subj", "/CN=www.example.internal",
            "-addext", "subjectAltName=DNS:www.example.internal,IP:10.0.0.1,email:a@b.c,URI:https://b.c/d",
            "-addext", "extendedKeyUsage=serverAuth,clientAuth", "-addext", "basicConstraints=CA:FALSE",
            "-out", request)
    made["request.pem"] = request.read_bytes()
    made["request.der"] = openssl("req", "-in", request, "-outform", "DER")
    leaf = work / "leaf.pem"
    openssl("x509", "-req", "-in", request, "-CA", ca, "-CAkey", ca_key, "-copy_extensions", "copyall",
            "-days", "90", "-out", leaf)
    made["leaf.pem"] = leaf.read_bytes()
    made["leaf.der"] = openssl("x509", "-in", leaf, "-outform", "DER")
    odd = work / "odd.pem"
    openssl("req", "-x509", "-new", "-key", ca_key, "-subj", "/DC=org/C=DE/O=Ex+OU=a/CN=Grüße", "-utf8",
            "-out", odd, "-addext", "certificatePolicies=1.2.3.4", "-addext", "tlsfeature=status_request",
            "-addext", "crlDistributionPoints=URI:http://a.b/c", "-addext", "issuerAltName=dirName:d",
            "-addext", "authorityInfoAccess=OCSP;URI:http://a.b/o", "-config", config(work))
    made["odd.der"] = openssl("x509", "-in", odd, "-outform", "DER")
    made.update(revocations(work, ca, ca_key, leaf))
    made.update(sealed(work, ca, ca_key))
    made["legacy.key"] = openssl("rsa", "-in", work / "rsa.key", "-traditional")
    made["sec1.key"] = openssl("ec", "-in", ca_key, "-outform", "DER")
    return made


def sealed(work, ca, ca_key):
    """Key and certificate under the password of the targets, after one round: thousands cost time."""
    made, password = {}, "pass:geheim-ü"
    for name, options in SEALED.items():
        openssl("pkcs12", "-export", "-in", ca, "-inkey", ca_key, "-name", "www ü", "-iter", "1",
                "-passout", password, "-out", work / name, *options)
        made[name] = (work / name).read_bytes()
    for name, options in SEALED_KEYS.items():
        made[name] = openssl("pkcs8", "-topk8", "-in", ca_key, "-passout", password, *options)
    return made


def config(work):
    path = work / "openssl.cnf"
    path.write_text("[req]\ndistinguished_name=n\n[n]\n[d]\nCN=dir\n")
    return path


def revocations(work, ca, ca_key, leaf):
    """A CRL with one entry, of `openssl ca`, and the index that it is made from."""
    (work / "index.txt").write_text("")
    (work / "index.txt.attr").write_text("unique_subject = no\n")
    (work / "crlnumber").write_text("01\n")
    (work / "ca.cnf").write_text(
        f"[ca]\ndefault_ca=c\n[c]\ndatabase={work}/index.txt\ncrlnumber={work}/crlnumber\n"
        "default_md=sha256\ndefault_crl_days=30\ncrl_extensions=e\n[e]\n"
        "authorityKeyIdentifier=keyid\n")
    common = ["-config", work / "ca.cnf", "-cert", ca, "-keyfile", ca_key]
    openssl("ca", *common, "-revoke", leaf, "-crl_reason", "keyCompromise")
    crl = work / "crl.pem"
    openssl("ca", *common, "-gencrl", "-out", crl)
    return {
        "crl.pem": crl.read_bytes(),
        "crl.der": openssl("crl", "-in", crl, "-outform", "DER"),
        "index.txt": (work / "index.txt").read_bytes(),
    }


def openssl(*words):
    command = ["openssl", *map(str, words)]
    done = subprocess.run(command, check=False, capture_output=True)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)}: {done.stderr.decode()}")
    return done.stdout


def container_seeds(made):
    """What other programs wrote for our own tests, as it is read with and without a password."""
    files = sorted(path for path in (OWN.parent / "container" / "fixtures").iterdir()
                   if path.suffix in {".p12", ".p7b", ".key", ".crt", ".crl", ".pem"})
    seeds = []
    for path in files:
        whole = path.read_bytes()
        seeds += [b"\0" + whole, b"\1" + whole]
        if "mac" in path.name:
            seeds.append(b"\2" + whole)
    seeds += [b"\1" + made[name] for name in [*SEALED, *SEALED_KEYS]]
    seeds += [b"\2" + made[name] for name in SEALED]
    pkcs8 = [made[f"{kind}.pkcs8"] for kind in KEYS]
    bags = b"\1" + counted(pkcs8[0]) + b"\0"
    # Ed25519 (RFC 8410, 7): version, algorithm, the octets, and a public half behind them.
    ed25519, public = made["ed.pkcs8"], made["ed.spki"][12:]
    parts = b"\4" + counted(ed25519[5:12]) + counted(ed25519[14:])
    halves = [parts, parts + b"\x81\x21\0" + public, parts + b"\xa0\0"]
    # One trusted certificate: count, tag, name, date, kind, octets.
    trusted = counted(b"a") + bytes(8) + counted(b"X.509")
    trusted += len(made["ec.der"]).to_bytes(4, "big") + made["ec.der"]
    java = b"\6" + (1).to_bytes(4, "big") + (2).to_bytes(4, "big") + trusted
    seeds += [java, b"\7" + counted(b"Root") + made["ec.der"][4:]]
    return seeds + [b"\3" + key for key in pkcs8] + [b"\5" + bags] + halves


def vault_seeds(made):
    whole = (FIXTURES / "vault-v1.bin").read_bytes()
    length = int.from_bytes(whole[10:14], "big")
    fields = whole[14:14 + length]
    spki = counted(made["ed.spki"])
    line = bytes([1]) + bytes(16) + bytes([1, 1]) + bytes(8) + bytes(4) + (40).to_bytes(4, "big")
    seeds = [b"\0" + whole, b"\1" + counted(fields) + counted(bytes(4)), b"\1" + counted(fields)
             + counted((1).to_bytes(4, "big") + line + bytes(32)) + bytes(40)]
    for code, kind in enumerate(["ed", "ec", "p384", "rsa"], 1):
        for record in (1, 2):
            seeds.append(bytes([2, record, code]) + counted(made[f"{kind}.spki"]) + made[f"{kind}.pkcs8"])
    return seeds + [bytes([2, 9, 1]) + spki + b"x"]


def audit_seeds():
    entry = {"at": 1795312800000, "actor": {"type": "user", "name": "anna"}, "action": "certificate.issue",
             "outcome": "done", "resource": None, "details": "www.example.internal", "cause": None}
    body = counted(json.dumps(entry, separators=(",", ":")).encode())
    header = b'{"format":"chancery-audit/v1","store":"00ff"}\n'
    line = b'{"sequence":1,"link":"' + b"0" * 64 + b'","entry":{}}\n'
    note = b"chancery-audit/v1 00ff\n1\n" + b"0" * 64 + b"\n2026-11-22T02:00:00Z\n"
    checkpoint = note + "\n\u2014 chancery-audit 0011223344556677 AAAA\n".encode()
    return [b"\0" + header + line, b"\1" + counted(checkpoint) + header + line, b"\2" + note,
            b"\3\7" + body + b"\7" + body + b"\1\0\0\7" + body + b"\1\0\0",
            b"\0" + header + json.dumps({"checkpoint": checkpoint.decode()}).encode() + b"\n"]


def rows(store):
    """The JSON of each row that lies in a store's file."""
    bytes_of_store = store.read_bytes()
    found, at = [], 0
    while (at := bytes_of_store.find(b'{"', at)) >= 0:
        text = bytes_of_store[at:at + 16384].decode("utf-8", "replace")
        try:
            row, _ = json.JSONDecoder().raw_decode(text)
            found.append(json.dumps(row, separators=(",", ":")).encode())
            at += len(found[-1])
        except ValueError:
            at += 1
    return sorted(set(found))


def put(folder, seeds):
    folder.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(seeds):
        (folder / f"seed-{number:03}").write_bytes(seed)


KEYS = {
    "ed": ["-algorithm", "ED25519"],
    "ec": ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"],
    "p384": ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-384"],
    "p521": ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-521"],
    "rsa": ["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"],
}
SEALED = {
    "modern.p12": [],
    "legacy.p12": ["-keypbe", "PBE-SHA1-3DES", "-certpbe", "PBE-SHA1-3DES", "-macalg", "sha1"],
    "sha512.p12": ["-keypbe", "aes-128-cbc", "-certpbe", "NONE", "-macalg", "sha512"],
    "no-mac.p12": ["-nomac"],
}
SEALED_KEYS = {
    "sealed.key": ["-v2", "aes256", "-iter", "1", "-outform", "DER"],
    "sealed-3des.key": ["-v1", "PBE-SHA1-3DES", "-iter", "1"],
    "sealed-scrypt.key": ["-scrypt", "-scrypt_N", "2", "-scrypt_r", "1", "-scrypt_p", "1"],
}


def der(tag, *parts):
    """Short enough for one byte of length."""
    content = b"".join(parts)
    return bytes([tag, len(content)]) + content


# By their place in `KNOWN` of src/lib.rs.
EXTENSIONS = {
    0: der(4, bytes(range(20))),
    1: bytes.fromhex("03020780"),
    2: der(0x30, der(0x82, b"a.example"), der(0x82, b"*.b.example"), der(0x87, b"\x0a\0\0\1"),
           der(0x87, bytes(16)), der(0x81, b"a@b.c"), der(0x86, b"https://b.c/d"), der(0x88, b"*\3")),
    4: bytes.fromhex("30060101ff020103"),
    10: der(0x30, der(0xA0, der(0x30, der(0x82, b"internal")), der(0x30, der(0x87, b"\x0a", bytes(7)))),
            der(0xA1, der(0x30, der(0x81, b"b.c")), der(0x30, der(0x86, b"b.c")))),
    13: der(0x30, der(0x80, bytes(range(20)))),
    14: bytes.fromhex("301406082b0601050507030106082b06010505070302"),
}
ALTERNATIVE = der(0x30, der(0x82, b"www.example.internal"))
NAME = der(0x30, der(0x31, der(0x30, b"\x06\3\x55\4\6", der(0x13, b"DE"))),
           der(0x31, der(0x30, b"\x06\3\x55\4\x0a", der(0x0C, b"Example"))))
INDEX = [
    "V\t261122020000Z\t\t01\tunknown\t/C=DE/CN=www",
    "R\t20261122020000Z\t261122020000Z,keyTime,20261122020000Z\t0A\tunknown\t/CN=a\\\tb",
    "R\t261122020000Z\t261122020000Z,holdInstruction,1.2.840.10040.2.1\tff\tunknown\t/O=x",
    "E\t491231235959Z\t\t00ab\tunknown\t/CN=old",
]
TEXTS = [
    "dns:*.example.internal", "ip:10.0.0.0/8 ip:10.1.2.3", "ip:fd00::/8", "email:a@example.org",
    "uri:https://example.org/a", "xn--bcher-kva.example", "Bücher.example", "10.0.0.1", "::1",
    "ca_0123456789abcdefghjkmnpqrs", "cert_7zzzzzzzzzzzzzzzzzzzzzzzzz", "00:11:22:ff", "tls-server",
    "00000-00000-00000-00000-00000-0Q342", "keyCompromise", "0x0102", "12345",
    "2026-11-22", "2026-11-22T03:00:00+01:00", "1.3.6.1.5.5.7.3.1", "1.2.3=https://example.org/cps",
    "1.2.3=0500,critical", "digitalSignature", "required", "pfx-legacy", "nginx",
    "dns:example.internal dns:www.example.internal", "11223344556677889900aabbccddeeff" * 2,
]
WINDOWS = [{"theme": "dark", "scale": 1.25, "narrow-rail": True, "folder": "exports"},
           {"theme": "light", "scale": 900}, {"scale": -0.0, "folder": "\u0000"}]
# What copies of built-in profiles say, as their rows have it.
CONTENT = {
    "title": "Own server", "purpose": "Hosts", "default_days": 30, "ceiling_days": 90,
    "purposes": ["1.3.6.1.5.5.7.3.1"], "key_usage": None, "names": "required", "kinds": ["dns", "ip"],
    "wildcards": True, "key_types": [], "takes": [["subject", "profile"], [{"other": "1.2.3"}, "refuse-other"]],
    "leave_out": ["crl"], "policies": [{"id": "1.2.3.4", "statement": "https://example.org/cps"}],
    "extensions": [{"id": "1.2.3.5", "critical": False, "value": "0500"}],
}
CLIENT = {"purposes": ["1.3.6.1.5.5.7.3.2", "1.3.6.1.4.1.311.20.2.2"], "names": "optional",
          "kinds": ["dns", "email", "ip", "uri"], "key_usage": ["digital-signature", "non-repudiation"],
          "takes": [["names", "request-else-profile"], ["key-usage", "request"]]}
MAIL = {"purposes": ["1.3.6.1.5.5.7.3.4"], "kinds": ["email"], "wildcards": False,
        "key_types": ["ed25519", "p256"], "policies": [], "extensions": []}
PROFILES = [json.dumps(CONTENT | change).encode() for change in ({}, CLIENT, MAIL)]

if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
