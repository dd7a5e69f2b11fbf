"""Signed notes: vectors of the specification and of its Go reference, and sigstore's reader."""

import hashlib

import pytest
from sigstore._internal.rekor.checkpoint import SignedCheckpoint, SignedNote

from aidants.journal.notes import (
    COSIGNATURE,
    ED25519,
    BadNote,
    Checkpoint,
    Note,
    Signer,
    Verifier,
    cosigned_at,
    open_checkpoint,
    parse_note,
    parse_signature,
    verified,
)

# golang.org/x/mod/sumdb/note, note_test.go.
VKEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
SKEY = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
SIGNED = (
    TEXT
    + "\n— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
# C2SP signed-note and tlog-cosignature, the examples of their first pages.
POEM = (
    "Ognuno sta solo sul cuor della terra\ntrafitto da un raggio di sole:\n\ned è subito sera.\n\n"
    "— quasimodo.example/salvatore"
    " NnugSzTjtVAewIS+Z/iJhUPeFDkO/5QQ2i5ddnGITLlC+EhfLW9oJKONrMouFSQU0xMcXxj99ihAQwaqP3ZekRwNtIc=\n"
)
SOFA = (
    "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n"
    "— example.com/behind-the-sofa"
    " Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n"
    "— witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe"
    "+mbIUBkBIfZ+qnA==\n"
)
LOG = Signer("example.com/log", ED25519, bytes(range(32)))
WITNESS = Signer("witness.example/w1", COSIGNATURE, bytes(range(32, 64)))
CHECKPOINT = Checkpoint("example.com/log", 42, hashlib.sha256(b"root").digest())


def signed(*signers: Signer, text: str = CHECKPOINT.text) -> Note:
    """Return a note over ``text``, cosigned by the witnesses among ``signers``."""
    made = [one.sign(text) if one.kind == ED25519 else one.cosign(text, 1_700_000_000) for one in signers]
    return Note(text, tuple(made))


@pytest.mark.spec("C2SP signed-note", "Signatures")
def test_the_note_of_the_reference_verifies_and_is_made_again() -> None:
    note = parse_note(SIGNED)
    verifier = Verifier.parse(VKEY)
    assert [found for found, _ in verified(note, (verifier,))] == [verifier]
    assert (note.text, str(note), str(verifier)) == (TEXT, SIGNED, VKEY)
    signer = Signer.parse(SKEY)
    assert (str(Note(TEXT, (signer.sign(TEXT),))), signer.private_text(), signer.verifier) == (SIGNED, SKEY, verifier)


@pytest.mark.spec("C2SP signed-note", "Format")
def test_a_text_with_empty_lines_ends_at_the_last_one() -> None:
    note = parse_note(POEM)
    assert note.text.endswith("\n\ned è subito sera.\n")
    assert [one.name for one in note.signatures] == ["quasimodo.example/salvatore"]
    assert str(note) == POEM


@pytest.mark.spec("C2SP tlog-cosignature", "Format")
def test_the_example_checkpoint_is_read_with_its_cosignature() -> None:
    note = parse_note(SOFA)
    checkpoint = Checkpoint.parse(note.text)
    assert (checkpoint.origin, checkpoint.size) == ("example.com/behind-the-sofa", 20852163)
    assert checkpoint.text == note.text
    assert cosigned_at(note.signatures[1]) == 1679315147
    assert str(note) == SOFA


# transparency-dev/formats, note_cosigv1_test.go: a key of kind 4, and the time of a cosignature.
def test_a_witness_key_and_a_timestamp_of_the_reference_are_read() -> None:
    text = "remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2"
    assert Verifier.parse(text).kind == COSIGNATURE
    assert str(Verifier.parse(text)) == text
    stamped = "ZGhGuQAAAABm/qTPeyKXD+R2rzyQsxPiP8mXum7qq/iF0u4vanlqJyocWODBt97w9uL+8qT7S5gxEHWWOworDcFiEBYJXORmnFBOBA=="
    assert cosigned_at(parse_signature(f"— w {stamped}")) == 1727964367


@pytest.mark.parametrize(
    "key",
    [
        "bananas.sigstore.dev+12344556",
        "rekor.sigstore.dev+12345678+THIS_IS_NOT_BASE64!",
        "rekor.sigstore.dev+12345678+AwEB",
        VKEY.replace("c74f20a3", "00000000"),
        VKEY.replace("c74f20a3", "NOTANUMB"),
        VKEY.replace("PeterNeumann", "Peter Neumann"),
        VKEY[:-4],
        SKEY,
        "",
    ],
)
def test_keys_out_of_form_are_refused(key: str) -> None:
    with pytest.raises(BadNote):
        Verifier.parse(key)


@pytest.mark.parametrize("key", [VKEY, SKEY.replace("c74f20a3", "00000000"), SKEY[:-4]])
def test_private_keys_out_of_form_are_refused(key: str) -> None:
    with pytest.raises(BadNote):
        Signer.parse(key)


@pytest.mark.parametrize(
    "note",
    [
        "",
        TEXT,
        TEXT + "\n",
        SIGNED[:-1],
        SIGNED + "\n",
        SIGNED.replace("— ", "- "),
        SIGNED.replace("x08go", "x0!go"),
        SIGNED.replace("If", "\tIf"),
        TEXT + "\n— PeterNeumann AAAA\n",
        TEXT + "\n" + SIGNED.rpartition("\n\n")[2] * 65,
    ],
)
def test_texts_that_are_no_notes_are_refused(note: str) -> None:
    with pytest.raises(BadNote):
        parse_note(note)


@pytest.mark.spec("C2SP signed-note", "Signatures")
def test_a_known_key_that_fails_refuses_the_note_and_an_unknown_one_is_passed_over() -> None:
    spoilt = parse_note(SIGNED.replace("cryptography", "steganography"))
    with pytest.raises(BadNote, match="does not verify"):
        verified(spoilt, (Verifier.parse(VKEY),))
    with pytest.raises(BadNote, match="no known key"):
        verified(parse_note(SIGNED), (LOG.verifier,))
    both = signed(LOG, WITNESS)
    assert [verifier.name for verifier, _ in verified(both, (LOG.verifier,))] == [LOG.name]
    assert len(verified(both, (LOG.verifier, WITNESS.verifier))) == 2


@pytest.mark.spec("C2SP tlog-cosignature", "Ed25519 signed message")
def test_a_cosignature_covers_text_and_time() -> None:
    cosignature = WITNESS.cosign(CHECKPOINT.text, 1_700_000_000)
    assert WITNESS.verifier.accepts(CHECKPOINT.text, cosignature)
    assert cosigned_at(cosignature) == 1_700_000_000
    assert not WITNESS.verifier.accepts(CHECKPOINT.text + "extension\n", cosignature)
    later = type(cosignature)(cosignature.name, cosignature.key_id, b"\x00" * 8 + cosignature.value[8:])
    assert not WITNESS.verifier.accepts(CHECKPOINT.text, later)
    with pytest.raises(BadNote):
        LOG.cosign(CHECKPOINT.text, 0)
    with pytest.raises(BadNote):
        WITNESS.sign(CHECKPOINT.text)


@pytest.mark.parametrize(
    "text",
    [
        "example.com/log\n042\n" + "A" * 43 + "=\n",
        "example.com/log\n-1\n" + "A" * 43 + "=\n",
        "\n1\n" + "A" * 43 + "=\n",
        "example.com/log\n1\nAAAA\n",
        "example.com/log\n1\n" + "A" * 43 + "=\nextension\n",
        "example.com/log\n1\n" + "A" * 43 + "=",
        "example.com/log\n1\n",
    ],
)
def test_other_texts_are_no_checkpoints(text: str) -> None:
    with pytest.raises(BadNote):
        Checkpoint.parse(text)


def test_a_checkpoint_of_another_log_is_refused() -> None:
    assert open_checkpoint(str(signed(LOG)), LOG.verifier)[0] == CHECKPOINT
    other = Checkpoint("example.com/other", 1, CHECKPOINT.root)
    with pytest.raises(BadNote, match="another log"):
        open_checkpoint(str(signed(LOG, text=other.text)), LOG.verifier)


def test_sigstore_reads_our_checkpoints() -> None:
    note = str(signed(LOG, WITNESS))
    read = SignedCheckpoint.from_text(note)
    assert (read.checkpoint.origin, read.checkpoint.log_size) == (CHECKPOINT.origin, CHECKPOINT.size)
    assert read.checkpoint.log_hash == CHECKPOINT.root.hex()
    assert [one.sig_hash for one in SignedNote.from_text(note).signatures] == [
        LOG.verifier.key_id,
        WITNESS.verifier.key_id,
    ]
