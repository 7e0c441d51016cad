"""Verifies an audit export without any of Chancery's code, after docs/audit.md.

Usage: audit_verify.py EXPORT [KEY.pem [CHECKPOINT]]; ends with 0 if nothing is wrong. The chain needs
the standard library alone; signatures need the package `cryptography`.
"""
import base64
import hashlib
import json
import re
import sys

ED25519 = bytes.fromhex("302a300506032b6570032100")
HEADER = re.compile(rb'\{"format":"chancery-audit/v1","store":"([0-9a-f]{0,64})"\}\n')
ENTRY = re.compile(rb'\{"sequence":([1-9][0-9]*),"link":"([0-9a-f]{64})","entry":(.*)\}\n', re.DOTALL)
NOTE = re.compile(
    r"(chancery-audit/v1 ([0-9a-f]{1,64})\n(0|[1-9][0-9]*)\n([0-9a-f]{64})\n[^\n]+\n)"
    r"\n— chancery-audit ([0-9a-f]{16}) ([A-Za-z0-9+/=]+)\n"
)


def need(holds, otherwise):
    if not holds:
        raise ValueError(otherwise)


def read_key(path):
    pem = [line for line in open(path).read().split("\n") if line and not line.startswith("-")]
    spki = base64.b64decode("".join(pem), validate=True)
    need(len(spki) == 44 and spki.startswith(ED25519), "the key is not one of Ed25519")
    return spki


def read_checkpoint(text, store, spki):
    """What the checkpoint says its chain ended with, or an exception."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    found = NOTE.fullmatch(text)
    need(found, "not a checkpoint")
    note, origin, sequence, link, key, signature = found.groups()
    need(key == hashlib.sha256(spki).hexdigest()[:16], "signed with another key")
    public = Ed25519PublicKey.from_public_bytes(spki[-32:])
    signed = base64.b64decode(signature, validate=True)
    need(base64.b64encode(signed).decode() == signature, "not a checkpoint")
    public.verify(signed, note.encode())
    need(origin == store, "of another store")
    return int(sequence), link


def verify(export, spki=None, kept=None):
    """The last entry and the last one that is sealed; the first fault is an exception."""
    header = HEADER.fullmatch(next(export, b""))
    need(header, "not an export")
    store = header[1].decode()
    sequence, link, sealed = 0, bytes(32), None
    kept = read_checkpoint(kept, store, spki) if kept is not None else None
    for number, line in enumerate(export, 2):
        if line.startswith(b'{"checkpoint":'):
            if spki:
                said = read_checkpoint(json.loads(line)["checkpoint"], store, spki)
                need(said == (sequence, link.hex()), f"line {number}: not what was sealed")
                sealed = sequence
            continue
        entry = ENTRY.fullmatch(line)
        need(entry, f"line {number}: neither an entry nor a checkpoint")
        sequence += 1
        need(int(entry[1]) == sequence, f"line {number}: entry {sequence} is missing")
        link = hashlib.sha256(link + sequence.to_bytes(8, "big") + entry[3]).digest()
        need(entry[2].decode() == link.hex(), f"entry {sequence} was altered")
        if kept and kept[0] == sequence:
            need(kept[1] == link.hex(), f"entry {sequence} is not the one that was sealed")
            sealed = sequence
    if kept:
        need(kept[0] <= sequence, f"cut: entry {kept[0]} was sealed, the last is {sequence}")
    return sequence, sealed


if __name__ == "__main__":
    try:
        key = read_key(sys.argv[2]) if 2 < len(sys.argv) else None
        since = open(sys.argv[3], encoding="utf-8").read() if 3 < len(sys.argv) else None
        last, seal = verify(open(sys.argv[1], "rb"), key, since)
    except Exception as fault:
        sys.exit(f"fault: {str(fault) or type(fault).__name__}")
    print(f"complete up to entry {last}; later entries cannot be excluded; sealed up to {seal}")
