"""test_golden_check.py: what is wrong with golden data is found, and said with all its numbers."""

import itertools
import json
import os
import shutil

import numpy as np
import pytest
from bits import numpy_dtype

from tfphilox.golden import GoldenError, assert_bits_equal, check, compare, diff, manifest, write
from tfphilox.golden.report import compare_chunks
from tfphilox.golden.spec import parse

TEXT = """
format = 1
output = ["npz", "npy", "raw", "json", "csv", "c", "rust", "safetensors"]
[[case]]
name = "noise"
op = "random.normal"
set_seed = 1234
seed = 5
shape = [2, 3]
args = { mean = 1.0, stddev = 0.5 }
call = 1
[[case]]
name = "two"
set_seed = 7
draw = [
  {op = "random.uniform", shape = [3], dtype = "bfloat16"},
  {op = "random.uniform", shape = [4], dtype = "int64", args = {minval = 0, maxval = 99}},
]
"""
SPEC = parse(TEXT.encode())
BITS = 0x3EE8FFFE  # of noise[0, 0]


@pytest.fixture(scope="module")
def good(tmp_path_factory):
    folder = tmp_path_factory.mktemp("golden") / "good"
    write(SPEC, folder)
    return folder


@pytest.fixture
def folder(good, tmp_path):
    return shutil.copytree(good, tmp_path / "copy")


def problems(folder):
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    report = check(SPEC, folder)
    after = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert before == after  # looking changes nothing
    return report.problems


def only(folder):
    (problem,) = problems(folder)
    return problem


def replace(path, old, new):
    content = path.read_bytes()
    assert content.count(old) == 1
    path.write_bytes(content.replace(old, new))


def test_good(folder):
    report = check(SPEC, folder)
    assert report.ok
    assert report.arrays == 3
    assert report.as_dict() == {"ok": True, "arrays": 3, "problems": []}


BINARY = ["noise.npz", "noise.npy", "noise.raw", "noise.safetensors"]
TEXTS = {"noise.json": b"3ee8fffe", "noise.csv": b"3ee8fffe", "noise.h": b"0x3ee8fffe",
         "noise.rs": b"0x3ee8fffe"}  # fmt: skip


@pytest.mark.parametrize("name", [*BINARY, *TEXTS])
def test_a_number_that_differs(folder, name):
    if name in BINARY:
        replace(folder / name, BITS.to_bytes(4, "little"), (BITS + 5).to_bytes(4, "little"))
    else:
        replace(folder / name, TEXTS[name], TEXTS[name].replace(b"fffe", b"0003"[:4]))
    problem = only(folder)
    ulps = 5 if name in BINARY else 0xFFFE - 3
    bits = f"{BITS + 5:08x}" if name in BINARY else "3ee80003"
    if name in BINARY:
        assert bits == "3ee90003"
    found = problem.as_dict()
    assert (problem.kind, problem.file, problem.case, problem.array) == (
        "values", name, "noise", "noise",
    )  # fmt: skip
    assert found["index"] == (0, 0)
    assert (found["different"], found["total"], found["ulps"]) == (1, 6, ulps)
    assert (found["actual_bits"], found["expected_bits"]) == (bits, "3ee8fffe")
    assert found["expected"] == "0.45507807"
    assert str(problem).startswith(f'case "noise": {name}: 1 of 6 elements differ, the first at [0')


def test_every_damaged_array_is_named(folder):
    for name in ("two/0.npy", "two/1.npy", "noise.npy"):
        content = bytearray((folder / name).read_bytes())
        content[-1] ^= 0x80
        if name != "two/0.npy":  # which has but six bytes of numbers
            content[-9] ^= 0x01
        (folder / name).write_bytes(content)
    found = problems(folder)
    assert [(p.case, p.array, p.difference.different, p.difference.index) for p in found] == [
        ("noise", "noise", 2, (1, 0)),
        ("two", "two/0", 1, (2,)),
        ("two", "two/1", 2, (2,)),
    ]


FILES = ["noise.npz", "noise.npy", "noise.raw", "noise.json", "noise.csv", "noise.h", "noise.rs",
         "noise.safetensors", "two/0.raw"]  # fmt: skip


@pytest.mark.parametrize("name", FILES)
def test_missing(folder, name):
    (folder / name).unlink()
    assert str(only(folder)) == f"{name}: is missing"
    (folder / name).mkdir()
    problem = only(folder)
    assert (problem.kind, str(problem)) == ("corrupted", f"{name}: a folder is in its place")


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("size", [0, 1, -1])
def test_truncated(folder, name, size):
    whole = (folder / name).stat().st_size
    os.truncate(folder / name, size % whole)
    assert str(only(folder)) == f"{name}: is truncated: {size % whole} bytes of {whole}"


@pytest.mark.parametrize("name", FILES)
def test_longer(folder, name):
    with open(folder / name, "ab") as file:
        file.write(b"x")
    problem = only(folder)
    assert (problem.kind, problem.file) == ("corrupted", name)
    assert "corrupted at byte" in problem.message


@pytest.mark.parametrize("name", FILES)
def test_corrupted_from_the_start(folder, name):
    content = (folder / name).read_bytes()
    (folder / name).write_bytes(bytes(byte ^ 0xFF for byte in content[:60]) + content[60:])
    found = problems(folder)
    assert {problem.file for problem in found} == {name}
    assert {problem.kind for problem in found} <= {"corrupted", "values"}


def test_corrupted_outside_of_the_numbers(folder):
    replace(folder / "noise.h", b"do not edit", b"do not copy")
    assert str(only(folder)).endswith("is corrupted at byte 61, outside of its numbers")


def test_another_type_or_shape(folder):
    np.save(folder / "noise.npy", np.load(folder / "noise.npy").astype(np.float64))
    problem = only(folder)
    assert (problem.kind, problem.message) == ("dtype", "dtype is float64, expected float32")
    np.save(folder / "noise.npy", np.zeros((3, 2), np.float32))
    problem = only(folder)
    assert (problem.kind, problem.message) == ("shape", "shape is [3, 2], expected [2, 3]")


def test_numpys_own_files_are_other_bytes(folder):
    """The same numbers in another layout are named as that."""
    np.savez_compressed(folder / "noise.npz", noise=np.load(folder / "noise.npy"))
    assert "outside of its numbers" in str(only(folder))


def set_path(manifest, path, value):
    *path, last = path
    for key in path:
        manifest = manifest[key]
    if value is None:
        del manifest[last]
    else:
        manifest[last] = value


TAMPERED = [
    (["arrays", 0, "seed"], 1, 'array "noise": manifest.json: seed is 1, should be 1234'),
    (["arrays", 0, "key"], "0x0", 'key is "0x0", should be "0x00000000000004d2"'),
    (["arrays", 0, "counter"], None, "counter is missing"),
    (["arrays", 0, "rule"], "", "rule is"),
    (["arrays", 0, "op"], "random.uniform", "op is"),
    (["arrays", 0, "sha256"], "0" * 64, "sha256 is"),
    (["arrays", 0, "shape"], [3, 2], "shape is [3, 2], should be [2, 3]"),
    (["arrays", 0, "dtype"], "float64", "dtype is"),
    (["arrays", 0, "tensorflow_version"], "2.6", "tensorflow_version is"),
    (["arrays", 0, "files"], [], "files is []"),
    (["arrays", 0, "more"], 1, "'more' does not belong there"),
    (["arrays", 0, "name"], "nose", 'array "noise": manifest.json: arrays does not list it'),
    (["arrays", 1], None, 'array "two/0": manifest.json: arrays does not list it'),
    (["arrays", 0], "x", "an entry without name"),
    (["arrays"], None, "arrays is missing"),
    (["arrays"], {}, "arrays is {}"),
    (["files", 0, "bytes"], 1, "bytes is 1"),
    (["files", 0, "path"], "../x", "files lists it, the specification does not"),
    (["files"], [], "files does not list it"),
    (["made_by"], "me", 'made_by is "me"'),
    (["spec_sha256"], "0", "it has changed"),
    (["format"], 2, "2 is newer than 1"),
    (["format"], "1", "is no manifest"),
    (["format"], True, "format is true, should be 1"),
]


@pytest.mark.parametrize(("path", "value", "message"), TAMPERED)
def test_manifest_tampering(folder, path, value, message):
    file = folder / "manifest.json"
    manifest = json.loads(file.read_text())
    set_path(manifest, path, value)
    file.write_text(json.dumps(manifest))
    found = problems(folder)
    assert {problem.kind for problem in found} == {"manifest"}
    assert any(message in str(problem) for problem in found), [str(p) for p in found]


def test_not_every_entry_is_named():
    found, expected = ({str(i): n for i in range(50)} for n in (1, 2))
    messages = manifest.differences(found, expected)
    assert len(messages) == 21
    assert messages[-1] == (None, "30 further entries differ")


def test_manifest_order_and_layout(folder):
    file = folder / "manifest.json"
    manifest = json.loads(file.read_text())
    file.write_text(json.dumps(manifest))
    assert only(folder).message == "says what it should, but in other bytes"
    manifest["arrays"].reverse()
    file.write_text(json.dumps(manifest))
    assert only(folder).message == "arrays are in another order"


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff", b"1", b"[" * 100_000])
def test_manifest_is_none(folder, content):
    (folder / "manifest.json").write_bytes(content)
    assert only(folder).kind == "manifest"
    (folder / "manifest.json").unlink()
    assert str(only(folder)) == "manifest.json: is missing"


def test_another_specification(folder):
    other = parse(TEXT.replace("set_seed = 1234", "set_seed = 1235").encode())
    found = check(other, folder).problems
    assert found[0].message == "spec_sha256 is not that of the specification: it has changed"
    assert {p.file for p in found if p.kind == "values"} == {*BINARY, *TEXTS}
    assert all(p.difference.different == 6 for p in found if p.kind == "values")


def test_no_folder(tmp_path):
    with pytest.raises(GoldenError, match="is no folder"):
        check(SPEC, tmp_path / "none")


def test_large_files_are_compared_in_parts(tmp_path):
    text = b'format=1\noutput=["npz","raw"]\n[[case]]\nname="x"\nop="random.normal"\nseed=1\n'
    spec = parse(text + b"shape=[5000, 1000]")
    write(spec, tmp_path)
    for name in ("x.npz", "x.raw"):
        with open(tmp_path / name, "r+b") as file:
            file.seek(-4 * 1001, os.SEEK_END)  # in the npz the directory follows the numbers
            file.write(bytes(4))
    found = check(spec, tmp_path).problems
    assert [p.file for p in found] == ["x.npz", "x.raw"]
    assert found[1].difference.index == (4998, 999)
    assert found[1].difference.different == 1
    assert found[1].difference.actual == "0.0"


# ---- the report itself -----------------------------------------------------------------------

ULPS = [
    ("float32", 0x3F800000, 0x3F800001, 1),
    ("float32", 0x00000001, 0x80000001, 2),
    ("float32", 0x00000000, 0x80000000, 0),
    ("float32", 0x7F7FFFFF, 0x7F800000, 1),
    ("float32", 0x7FC00000, 0x3F800000, None),
    ("float64", 0x3FF0000000000000, 0xBFF0000000000000, 2 * 0x3FF0000000000000),
    ("float16", 0x3C00, 0x3C10, 16),
    ("bfloat16", 0x3F80, 0x3F82, 2),
    ("int32", 5, 2**32 - 5, 10),
    ("uint64", 0, 2**64 - 1, 2**64 - 1),
    ("int64", 2**63, 2**63 - 1, 2**64 - 1),
]


@pytest.mark.parametrize(("dtype", "a", "b", "ulps"), ULPS)
def test_ulps(dtype, a, b, ulps):
    found = numpy_dtype(dtype)
    x, y = (np.array([word], f"u{found.itemsize}").view(found) for word in (a, b))
    difference = compare(x, y)
    assert difference.ulps == ulps
    assert (int(difference.actual_bits, 16), int(difference.expected_bits, 16)) == (a, b)
    assert ("NaN" in str(difference)) == (ulps is None)
    assert compare(x, x) is None


def test_compare_forms():
    assert compare(np.zeros((0, 3)), np.zeros((0, 3))) is None
    assert compare(np.float32(1), np.float32([1])).kind == "shape"
    assert compare(np.float32([1]), np.float64([1])).kind == "dtype"
    assert compare(np.array([True]), np.array([False])).different == 1
    assert compare(np.array([1.0], ">f8"), np.array([1.0])) is None
    assert compare(np.arange(9.0)[::2], np.arange(0, 9, 2.0)) is None
    assert compare(np.asfortranarray([[1, 2], [3, 4]]), [[1, 2], [3, 4]]) is None
    assert str(compare(np.float32(1.5), np.float32(-1.5))).startswith("1 of 1 elements differ, the"
                                                                      " first at []")  # fmt: skip
    for bad in ("text", [None], [1j], np.array(["x"]), np.zeros(1, "f4,f4"), np.longdouble([1])):
        with pytest.raises(TypeError):
            compare(bad, bad)


def test_chunks_need_not_match():
    a = np.arange(100, dtype=np.int32)
    b = a.copy()
    b[[40, 77]] += 1
    cuts = [0, 13, 13, 41, 100]
    parts = [a[i:j] for i, j in itertools.pairwise(cuts)]
    found = compare_chunks(parts, [b[:50], b[50:]], (10, 10))
    assert (found.index, found.different, found.total) == ((4, 0), 2, 100)


def test_assert_bits_equal():
    assert_bits_equal(np.float32([1]), np.float32([1]))
    with pytest.raises(AssertionError, match=r"^x: 1 of 2 elements differ, the first at \[1\]"):
        assert_bits_equal(np.float32([1, 2]), np.float32([1, 3]), "x")


def test_diff_of_files(good, folder):
    for name in FILES[:-1]:
        if name.endswith(".raw"):
            report = diff(folder / name, good / "noise.npy", dtype=np.dtype("f4"), shape=(2, 3))
        else:
            report = diff(folder / name, good / "noise.npy")
        assert report.ok, (name, [str(p) for p in report.problems])
    array = np.load(good / "noise.npy")
    array[1, 1] = 7
    (problem,) = diff(array, good / "noise.npz").problems
    assert problem.difference.index == (1, 1)
    assert [p.message for p in diff(good / "two.npz", good / "noise.npz").problems] == [
        "only the second has it", "only the first has it", "only the first has it",
    ]  # fmt: skip
    assert diff(f"{good}/two.npz:two/1", good / "two/1.npy").ok
    assert diff(good / "two.npz", good / "two.safetensors").ok
    with pytest.raises(GoldenError, match='has no array "x" but two/0, two/1'):
        diff(f"{good}/two.npz:x", good / "two/1.npy")
    with pytest.raises(GoldenError, match="needs --dtype"):
        diff(good / "noise.raw", good / "noise.npy")
    with pytest.raises(GoldenError, match="24 bytes, which are not 5 elements"):
        diff(good / "noise.raw", good / "noise.npy", dtype=np.dtype("f4"), shape=(5,))
    with pytest.raises(GoldenError, match=r"none\.npy: cannot be read: No such file"):
        diff(good / "none.npy", good / "noise.npy")
    (folder / "bad.npy").write_bytes(b"\x93NUMPY\x01\x00")
    with pytest.raises(GoldenError, match=r"bad\.npy: is no npy"):
        diff(folder / "bad.npy", good / "noise.npy")
    np.save(folder / "objects.npy", np.array([{}], object), allow_pickle=True)
    with pytest.raises(GoldenError, match="Python objects"):
        diff(folder / "objects.npy", good / "noise.npy")


def test_fortran_order_and_other_numpy_files(tmp_path):
    array = np.asfortranarray(np.arange(6.0).reshape(2, 3))
    np.save(tmp_path / "f.npy", array)
    np.save(tmp_path / "big.npy", array.astype(">f8"))
    np.savez_compressed(tmp_path / "c.npz", array)
    np.save(tmp_path / "c.npy", np.ascontiguousarray(array))
    for name in ("f.npy", "big.npy", "c.npz"):
        assert diff(tmp_path / name, tmp_path / "c.npy").ok


# ---- tolerances and distances ----------------------------------------------------------------

SIGN_AND_INFINITY = {
    "float16": (0x8000, 0x7C00),
    "bfloat16": (0x8000, 0x7F80),
    "float32": (0x80000000, 0x7F800000),
    "float64": (1 << 63, 0x7FF << 52),
}


def on_the_line(word, sign):
    """A float's place among all numbers of its type, counted from zero, in exact integers."""
    return word if word < sign else sign - word


@pytest.mark.parametrize("dtype", SIGN_AND_INFINITY)
def test_distances_are_those_on_the_line(dtype):
    """Any two bit patterns, across zero too; everything is counted a second time in integers."""
    sign, infinity = SIGN_AND_INFINITY[dtype]
    found = numpy_dtype(dtype)
    rng = np.random.default_rng(7)
    words = rng.integers(0, 2 * sign - 1, (2, 3000), np.uint64, endpoint=True)
    words[1, :1000] = words[0, :1000] + rng.integers(0, 9, 1000, np.uint64)  # close to each other
    words[:, 1000:1200] = rng.integers(0, 5, (2, 200), np.uint64)  # and on both sides of zero
    words[1, 1000:1200] += np.uint64(sign)
    words &= np.uint64(2 * sign - 1)
    a, b = words.astype(f"u{found.itemsize}").view(found)
    one, other = words.tolist()
    distances, nans = {}, 0
    for i, (x, y) in enumerate(zip(one, other, strict=True)):
        if x != y and (x % sign > infinity or y % sign > infinity):
            nans += 1
        elif x != y:
            distances[i] = abs(on_the_line(x, sign) - on_the_line(y, sign))
    difference = compare(a, b)
    assert difference.different == difference.outside == len(distances) + nans
    assert difference.largest == max(distances.values())
    assert distances[difference.largest_index[0]] == difference.largest
    assert difference.histogram.pop("NaN", 0) == nans
    for name, number in difference.histogram.items():
        low, _, high = name.partition("-")
        assert number == sum(int(low) <= d <= int(high or low) for d in distances.values())
    assert sum(difference.histogram.values()) == len(distances)
    for most in (1, 3, 8, 10**6):
        beyond = [i for i, d in distances.items() if d > most]
        difference = compare(a, b, max_ulps=most)
        assert difference.outside == len(beyond) + nans


@pytest.mark.parametrize("dtype", SIGN_AND_INFINITY)
def test_nan_is_near_nothing(dtype):
    sign, infinity = SIGN_AND_INFINITY[dtype]
    found = numpy_dtype(dtype)
    nan, other = np.array([infinity + 1, infinity + 2], f"u{found.itemsize}").view(found)
    for value in (other, infinity, infinity - 1, 0, sign):
        value = np.array(value, f"u{found.itemsize}").view(found) if type(value) is int else value
        difference = compare(nan, value, max_ulps=2**64)
        assert (difference.outside, difference.largest, difference.ulps) == (1, None, None)
        assert difference.histogram == {"NaN": 1}
    assert compare(nan, nan, max_ulps=1) is None
    zeros = np.array([0, sign], f"u{found.itemsize}").view(found)
    assert compare(zeros, zeros[::-1]).histogram == {"0": 2}
    assert compare(zeros, zeros[::-1], max_ulps=1) is None


def test_tolerance():
    a = np.float32([1, 2, 3, 4])
    b = (a.view(np.int32) + np.int32([0, 1, -2, 300])).view(np.float32)
    assert_bits_equal(a, b, max_ulps=300)
    with pytest.raises(
        AssertionError,
        match=r"^x: 3 of 4 elements differ, 1 beyond 2 ulps, the first at \[3\]: .* 300 ulps "
        r"apart; the largest distance is 300 ulps, at \[3\]; distances: 1: 1, 2: 1, 257-512: 1$",
    ):
        assert_bits_equal(a, b, "x", max_ulps=2)
    for kind in ("i4", "u8", "?"):  # is for floats: a report of others does not speak of ulps
        found = compare(np.array([1, 1], kind), np.array([0, 0], kind), max_ulps=5)
        assert found.outside == 2
        assert str(found).startswith("2 of 2 elements differ, the first at [0]: ")
        assert str(found).endswith(", 1 apart; the largest distance is 1, at [0]; distances: 1: 2")
    assert "0 (0x00000000), 1 ulp apart" in str(compare(np.float32([1e-45]), np.float32([0])))
    for bad, error in ((-1, ValueError), (1.5, TypeError), (True, TypeError), ("1", TypeError)):
        for call in (compare, diff, assert_bits_equal):
            with pytest.raises(error, match="max_ulps"):
                call(a, b, max_ulps=bad)
        with pytest.raises(error, match="max_ulps"):
            check(SPEC, ".", max_ulps=bad)


def test_check_and_diff_with_a_tolerance(folder, good):
    array = np.load(folder / "noise.npy")
    array.reshape(-1).view(np.int32)[1:4] += [1, -3, 2]
    content = (folder / "noise.npy").read_bytes()
    (folder / "noise.npy").write_bytes(content[:-24] + array.tobytes())
    report = check(SPEC, folder, max_ulps=3)
    assert report.ok
    (near,) = report.within
    assert (near.file, near.difference.largest, near.difference.largest_index) == (
        "noise.npy", 3, (0, 2),
    )  # fmt: skip
    assert "3 of 6 elements differ, all within 3 ulps, the first at [0, 1]" in str(near)
    assert report.as_dict()["within"][0]["histogram"] == {"1": 1, "2": 1, "3-4": 1}
    report = check(SPEC, folder, max_ulps=2)
    assert [problem.difference.outside for problem in report.problems] == [1]
    assert diff(folder / "noise.npy", good / "noise.npz", max_ulps=3).ok
    assert not diff(folder / "noise.npy", good / "noise.npz", max_ulps=2).ok


# ---- strangers -------------------------------------------------------------------------------


def test_strangers(folder, tmp_path):
    for name in ("more.npz", "two/2.npy", "a b/c.txt", "noise.npz.partial"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(b"x")
    for name in (".gitignore", "two/.DS_Store"):
        (folder / name).write_bytes(b"x")
    (folder / ".git").mkdir()
    (folder / ".git" / "config").write_bytes(b"x")
    (folder / "linked").symlink_to(tmp_path)
    found = problems(folder)
    assert {problem.kind for problem in found} == {"stranger"}
    assert sorted(map(str, found)) == [
        f"{name}: no case makes it"
        for name in ("a b/c.txt", "linked", "more.npz", "noise.npz.partial", "two/2.npy")
    ]
    for number in range(200):
        (folder / f"{number}.npy").write_bytes(b"x")
    assert str(problems(folder)[-1]) == "105 further files are there that no case makes"
