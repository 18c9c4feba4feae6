"""test_golden_formats.py: the files: the same bytes everywhere, and readable by other programs."""

import csv
import hashlib
import json
import shutil
import subprocess
import zipfile

import numpy as np
import pytest
from bits import as_list, assert_same_bits, numpy_dtype

from tfphilox.golden import GoldenError, write
from tfphilox.golden.formats import WRITERS, Info, arrays
from tfphilox.golden.formats.readers import read
from tfphilox.golden.spec import parse

SPEC = b"""
format = 1
output = ["npz", "npy", "raw", "json", "csv", "c", "rust", "safetensors"]
[[case]]
name = "f/a"
op = "random.normal"
set_seed = 1
shape = [3, 5]
[[case]]
name = "words"
op = "StatelessRandomUniformFullInt"
seed = [1, 2]
shape = [9]
dtype = "uint64"
[[case]]
name = "many"
set_seed = 2
draw = [
  {op = "random.uniform", shape = [4], dtype = "float16", name = "half"},
  {op = "random.truncated_normal", shape = [2, 1, 2], dtype = "bfloat16", name = "brain"},
  {op = "random.normal", shape = [4], dtype = "float64", name = "double"},
  {op = "random.uniform", shape = [], dtype = "int32", args = {minval = -9, maxval = 9}},
  {op = "random.uniform", shape = [0, 2], name = "none"},
]
"""
BUNDLE = SPEC.replace(b"output", b"bundle = true\noutput").replace(b'"npy", "raw", ', b"")
# sha256 of the files, which no machine, system, Python or NumPy changes
SUMS = {
    "f/a.csv": "ca8d96079609bd3b",
    "f/a.h": "4a7f275ad0726539",
    "f/a.json": "60ff9636d6914a8b",
    "f/a.npy": "06d609f7b9ef1edc",
    "f/a.npz": "0157c12bdd370dd3",
    "f/a.raw": "3dfa87f2db21c905",
    "f/a.rs": "015186490e3820b3",
    "f/a.safetensors": "52c4bda4301d1f2e",
    "manifest.json": "aaa7c0f5c692b048",
    "many/3.npy": "f83df38afbbc7c33",
    "many/3.raw": "df3f619804a92fdb",
    "many/brain.npy": "2afe844471159d25",
    "many/brain.raw": "a1f87b892fd46895",
    "many/double.npy": "430f5a757c81b5bb",
    "many/double.raw": "b8446b8c53b1dcdc",
    "many/half.npy": "15687f8b258e819b",
    "many/half.raw": "304b2ecca6d05976",
    "many/none.npy": "90f00d448fe22470",
    "many/none.raw": "e3b0c44298fc1c14",
    "many.csv": "526b7908723a5776",
    "many.h": "6e4bbaa47254d976",
    "many.json": "1abc989e84435c7f",
    "many.npz": "6b612bcaa70aaa01",
    "many.rs": "9f247f0779a91013",
    "many.safetensors": "ec7de282edf87352",
    "words.csv": "63e78cd01afd69f0",
    "words.h": "2d00be744d072f06",
    "words.json": "1dc8890effe60b75",
    "words.npy": "ff42a2b40e0242dd",
    "words.npz": "05cc96cef2889c9e",
    "words.raw": "7362f991b5181381",
    "words.rs": "36681c8bea61c339",
    "words.safetensors": "16b78a4002230209",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("golden") / "x"
    write(parse(SPEC), folder)
    return folder


def made(spec=SPEC):
    from tfphilox.golden.cases import make

    return {one.name: one.array for case in parse(spec).cases for one in make(case)}


def test_same_bytes_on_every_machine(folder):
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    sums = {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()[:16]
        for path in files
    }
    assert sums == SUMS


def test_manifest(folder):
    manifest = json.loads((folder / "manifest.json").read_text())
    arrays = {entry["name"]: entry for entry in manifest["arrays"]}
    assert list(arrays) == ["f/a", "words", "many/half", "many/brain", "many/double", "many/3",
                            "many/none"]  # fmt: skip
    for name, array in made().items():
        entry = arrays[name]
        assert entry["shape"] == list(array.shape)
        assert entry["dtype"] == array.dtype.name
        assert entry["sha256"] == hashlib.sha256(array.tobytes()).hexdigest()
        assert entry["tensorflow_version"] == "2.21"
        assert all((folder / path).is_file() for path in entry["files"])
        assert int(entry["key"], 16) >= 0
        assert int(entry["counter"], 16) >= 0
    assert arrays["f/a"]["kernel"] == "RandomStandardNormal"
    sizes = {entry["path"]: entry["bytes"] for entry in manifest["files"]}
    assert sizes == {path: (folder / path).stat().st_size for path in sizes}


@pytest.mark.parametrize("spec", [SPEC, BUNDLE], ids=["by case", "bundled"])
def test_round_trip(spec, tmp_path):
    parsed = parse(spec)
    manifest = write(parsed, tmp_path)
    for name, array in made(spec).items():
        entry = next(entry for entry in manifest["arrays"] if entry["name"] == name)
        for path in entry["files"]:
            if path.endswith(".raw"):
                assert (tmp_path / path).read_bytes() == array.tobytes()
                continue
            stored = read(tmp_path / path)
            if path.endswith(".npy"):
                found = stored[""]
            elif path.endswith((".h", ".rs")):
                known = "golden_" + name.replace("/", "_")
                assert entry["identifier"] == known
                found = stored[next(n for n in stored if n.lower() == known)]
            elif path.endswith(".csv") and not array.size:
                assert name not in stored
                continue
            else:
                found = stored[name]
            says_shape = not path.endswith((".csv", ".h", ".rs"))
            assert found.size == array.size
            assert found.shape == array.shape or not says_shape
            assert_same_bits(found, array, f"{path} {name}")
            if path.endswith((".json", ".safetensors")):
                assert found.dtype == array.dtype


def test_numpy_reads_them(folder):
    expected = made()
    for name in ("f/a", "many/half", "many/double", "many/3", "many/none"):
        assert_same_bits(np.load(folder / f"{name}.npy"), expected[name])
        assert np.load(folder / f"{name}.npy").shape == expected[name].shape
    with np.load(folder / "many.npz") as stored:
        assert_same_bits(stored["many/double"], expected["many/double"])
        assert_same_bits(stored["many/brain"].view(np.uint16), expected["many/brain"])
    with zipfile.ZipFile(folder / "many.npz") as archive:
        assert archive.testzip() is None
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_npy_is_what_numpy_writes(folder, tmp_path):
    """From the numbers on; the padding of NumPy's header depends on its version."""
    array = made()["f/a"]
    np.save(tmp_path / "a.npy", array)
    ours, theirs = (path.read_bytes() for path in (folder / "f/a.npy", tmp_path / "a.npy"))
    assert ours[:10] == theirs[:10]
    assert eval(ours[10:128]) == eval(theirs[10:128])
    assert ours[128:] == theirs[128:]
    assert len(ours) % 64 == len(theirs) % 64


def test_decimals_are_exact(folder):
    for name, entry in json.loads((folder / "many.json").read_text())["arrays"].items():
        array = made()[name]
        values = np.array(entry["values"], np.float64 if array.dtype.kind != "i" else np.int64)
        assert_same_bits(values.astype(array.dtype), array)
    with open(folder / "f/a.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    array = made()["f/a"]
    assert [int(row["index"]) for row in rows] == list(range(15))
    assert_same_bits(np.array([np.float32(row["value"]) for row in rows]), array)
    assert [int(row["bits"], 16) for row in rows] == as_list(array)


def test_safetensors_package_reads_it(folder):
    library = pytest.importorskip("safetensors.numpy")
    stored = library.load_file(folder / "many.safetensors")
    for name in ("many/half", "many/double", "many/3", "many/none"):
        assert_same_bits(stored[name], made()[name])
        assert stored[name].shape == made()[name].shape


LANGUAGES = {
    "c": ("c99", ["cc", "-std=c99"], "main.c"),
    "c++": ("c++", ["c++", "-std=c++11"], "main.cpp"),
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_c_header(language, folder, tmp_path):
    """The decimals that a C compiler reads have the bits that the header says."""
    _, command, name = LANGUAGES[language]
    if shutil.which(command[0]) is None:
        pytest.skip(f"{command[0]} is absent")
    (tmp_path / name).write_text("""
#include <stdio.h>
#include <string.h>
#include "a.h"
#include "many.h"
#include "words.h"
#define SAME(x) if (memcmp(x, x##_bits, sizeof x) != 0) return puts(#x), 1;
int main(void) {
    SAME(golden_f_a) SAME(golden_words) SAME(golden_many_double) SAME(golden_many_3)
    if (golden_f_a_size != 15 || golden_f_a_rank != 2) return 2;
    if (golden_f_a_shape[0] != 3 || golden_f_a_shape[1] != 5) return 3;
    if (golden_many_none_size != 0 || golden_many_3_rank != 0) return 4;
    if (golden_many_half_bits[0] == 0) return 5;
    return sizeof golden_many_half_bits != 8;
}
""")
    includes = ["-I", str(folder), "-I", str(folder / "f")]
    binary = str(tmp_path / "main")
    flags = ["-Wall", "-Wextra", "-Werror", "-pedantic", "-Wno-unused-const-variable"]
    subprocess.run([*command, *flags, *includes, str(tmp_path / name), "-o", binary], check=True)
    assert subprocess.run([binary], check=False).returncode == 0


def test_c_extremes(tmp_path):
    """Lowest integers, infinities, NaN, -0.0: what literals get wrong."""
    compiler = shutil.which("cc")
    if compiler is None:
        pytest.skip("cc is absent")
    values = {
        "i32": np.array([-(2**31), 2**31 - 1, 0], np.int32),
        "i64": np.array([-(2**63), 2**63 - 1, -1], np.int64),
        "u64": np.array([2**64 - 1, 0, 1], np.uint64),
        "f32": np.array([np.inf, -np.inf, -0.0, 1e-45, 3.4028235e38, 0.1], np.float32),
        "f64": np.array([np.inf, -np.inf, -0.0, 5e-324, 1.7976931348623157e308], np.float64),
    }
    sink = Collected()
    infos = [Info(name, array.dtype, array.shape) for name, array in values.items()]
    writer = WRITERS["c"](sink, "x", infos)
    for info in infos:
        writer.start(info)
        writer.chunk(values[info.name])
        writer.finish()
    writer.close()
    (tmp_path / "x.h").write_bytes(sink.data)
    tests = " ".join(f"if (memcmp({n}, {n}_bits, sizeof {n})) return 1;" for n in values)
    (tmp_path / "main.c").write_text(
        f'#include <string.h>\n#include "x.h"\nint main(void) {{ {tests} return 0; }}'
    )
    binary = str(tmp_path / "main")
    flags = ["-std=c99", "-Wall", "-Wextra", "-Werror", "-pedantic"]
    subprocess.run([compiler, *flags, str(tmp_path / "main.c"), "-o", binary], check=True)
    assert subprocess.run([binary], check=False).returncode == 0


def test_rust_source(folder, tmp_path):
    compiler = shutil.which("rustc")
    if compiler is None or subprocess.run([compiler, "-V"], capture_output=True).returncode:
        pytest.skip("rustc is absent")
    (tmp_path / "main.rs").write_text(f"""
include!("{folder}/f/a.rs");
include!("{folder}/many.rs");
include!("{folder}/words.rs");
fn main() {{
    assert_eq!(GOLDEN_F_A_SHAPE, [3, 5]);
    assert!(GOLDEN_F_A.iter().zip(&GOLDEN_F_A_BITS).all(|(x, &b)| x.to_bits() == b));
    let double = GOLDEN_MANY_DOUBLE.iter().zip(&GOLDEN_MANY_DOUBLE_BITS);
    assert!(double.clone().all(|(x, &b)| x.to_bits() == b));
    assert!(GOLDEN_WORDS.iter().zip(&GOLDEN_WORDS_BITS).all(|(x, b)| x == b));
    assert_eq!(GOLDEN_MANY_3[0] as u32, GOLDEN_MANY_3_BITS[0]);
    assert_eq!(GOLDEN_MANY_HALF_BITS.len(), 4);
    assert!(GOLDEN_MANY_NONE.is_empty());
}}
""")
    binary = str(tmp_path / "main")
    subprocess.run(
        [compiler, "-D", "warnings", str(tmp_path / "main.rs"), "-o", binary], check=True
    )
    assert subprocess.run([binary], check=False).returncode == 0


class Collected:
    """A sink in memory."""

    def __init__(self):
        self.data = bytearray()

    def write(self, data):
        self.data += data

    def reserve(self, number):
        self.data += bytes(number)
        return len(self.data) - number

    def fill(self, offset, data):
        self.data[offset : offset + len(data)] = data


def test_zip64(monkeypatch, tmp_path):
    """The fields for files of 4 GB, at a border that a test can reach."""
    monkeypatch.setattr(arrays, "_4_GB", 300)
    sink = Collected()
    values = {f"a{i}": np.arange(i * 30, dtype=np.float64) for i in range(4)}
    infos = [Info(name, array.dtype, array.shape) for name, array in values.items()]
    writer = WRITERS["npz"](sink, "x", infos)
    for info in infos:
        writer.start(info)
        writer.chunk(values[info.name])
        writer.finish()
    writer.close()
    # what was marked as "see the extra field" must be marked by the real number to be read
    data = bytes(sink.data).replace((300).to_bytes(4, "little"), b"\xff\xff\xff\xff")
    (tmp_path / "x.npz").write_bytes(data)
    with zipfile.ZipFile(tmp_path / "x.npz") as archive:
        assert [info.file_size for info in archive.infolist()] == [128, 368, 608, 848]
        assert archive.testzip() is None
    with np.load(tmp_path / "x.npz") as stored:
        for name, array in values.items():
            assert_same_bits(stored[name], array)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32", "float64"])
def test_all_decimals_of_a_type_are_read_back(dtype):
    from tfphilox.golden.formats.text import decimals

    rng = np.random.default_rng(5)
    size = np.dtype(numpy_dtype(dtype)).itemsize
    words = rng.integers(0, 1 << (8 * size), 20000, np.uint64).astype(f"u{size}")
    array = words.view(numpy_dtype(dtype))
    with np.errstate(invalid="ignore"):
        array = array[np.isfinite(array.astype(np.float64))]
    wide = np.float64 if dtype == "float64" else np.float32
    back = np.array([wide(text) for text in decimals(array)]).astype(array.dtype)
    assert_same_bits(back, array)


def test_text_of_more_than_a_thousand(tmp_path):
    text = b'format = 1\noutput = ["csv", "json", "npy"]\n[[case]]\nname = "x"\n'
    write(parse(text + b'op = "random.normal"\nset_seed = 1\nshape = [3001]\n'), tmp_path)
    expected = np.load(tmp_path / "x.npy")
    assert len(expected) == 3001
    for suffix in ("csv", "json"):
        (got,) = read(tmp_path / f"x.{suffix}").values()
        assert got.tobytes() == expected.tobytes()


def test_text_is_for_small_arrays(tmp_path):
    text = b'format=1\noutput="json"\n[[case]]\nname="x"\nop="random.normal"\nseed=1\n'
    with pytest.raises(GoldenError, match=r'case "x": output: json is for arrays of 16777216'):
        write(parse(text + b"shape=[16777217]"), tmp_path)
    assert not list(tmp_path.iterdir())


def test_names_that_meet(tmp_path):
    head = 'format=1\noutput="{}"\n'
    case = '[[case]]\nname="{}"\n{}\n'
    one = 'op="random.normal"\nseed=1\nshape=[1]'
    two = 'set_seed=1\ndraw=[{op="random.normal",shape=[1],name="y"}]'
    text = head.format("c") + "bundle=true\n" + case.format("x", one) + case.format("x.bits", one)
    with pytest.raises(GoldenError, match='two arrays would be called "golden_x_bits"'):
        write(parse(text.encode()), tmp_path)
    text = text.replace("bundle=true", "")  # one program may include both headers
    with pytest.raises(GoldenError, match=r'case "x\.bits": name: two arrays would be called'):
        write(parse(text.encode()), tmp_path / "apart")
    write(parse(text.replace('"c"', '"npy"').encode()), tmp_path / "npy")
    text = head.format("npy") + case.format("x/y", one) + case.format("x", two)
    with pytest.raises(GoldenError, match=r'two arrays would be in the file "x/y.npy"'):
        write(parse(text.encode()), tmp_path)


# Keywords, types and functions of C99, C11, C++ and Rust, and macros of common headers.
TAKEN = """
auto break case char const continue default do double else enum extern float for goto if inline
int long register restrict return short signed sizeof static struct switch typedef union unsigned
void volatile while _Complex _Alignas and bitand bitor bool catch class compl concept constexpr
const_cast decltype delete dynamic_cast explicit export false friend mutable namespace new
noexcept not nullptr operator or private protected public requires static_assert static_cast
template this thread_local throw true try typeid typename using virtual wchar_t xor as async await
crate dyn fn impl in let loop match mod move mut pub ref super trait type unsafe use where main
gamma y0 y1 yn j0 j1 jn exp log sin cos tan pow floor ceil round abs signgam index read write time
signal NAN INFINITY NULL EOF errno stdin stdout assert INT32_MAX int32_t uint8_t size_t M_PI linux
unix
"""
PROGRAM = """
#include <assert.h>
#include <errno.h>
#include <math.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>
#include "taken.h"
int main(void) { return golden_double_size + golden_gamma_size + golden_NAN_size != 6; }
"""


@pytest.fixture(scope="module")
def taken(tmp_path_factory):
    folder = tmp_path_factory.mktemp("taken")
    text = 'format=1\noutput=["c","rust"]\nbundle=true\n' + "".join(
        f'[[case]]\nname="{name}"\nop="random.normal"\nseed=1\nshape=[2]\n'
        'description="*/ ends \\"nothing\\" /* and \\n\\n#error so does this"\n'
        for name in TAKEN.split()
    )
    write(parse(text.encode(), folder / "taken.toml"), folder)
    return folder


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_name_is_legal(language, taken, tmp_path):
    """Whatever a case is called, and whatever its description says, both languages take it."""
    _, command, name = LANGUAGES[language]
    if shutil.which(command[0]) is None:
        pytest.skip(f"{command[0]} is absent")
    (tmp_path / name).write_text("#define _GNU_SOURCE\n" + PROGRAM)
    flags = ["-Wall", "-Wextra", "-Werror", "-pedantic", "-Wno-unused-const-variable"]
    flags += ["-Wno-builtin-macro-redefined", "-U_GNU_SOURCE", "-I", str(taken)]
    binary = str(tmp_path / "main")
    subprocess.run([*command, *flags, str(tmp_path / name), "-o", binary, "-lm"], check=True)
    assert subprocess.run([binary], check=False).returncode == 0


def test_prefix(taken, tmp_path):
    """The manifest says it, and what each array is called; a name that has it gets it once."""
    manifest = json.loads((taken / "manifest.json").read_text())
    assert manifest["prefix"] == "golden_"
    entry = next(entry for entry in manifest["arrays"] if entry["name"] == "double")
    assert entry["identifier"] == "golden_double"
    assert entry["description"].startswith("*/ ends")
    assert "pub static GOLDEN_DOUBLE: [f32; 2]" in (taken / "taken.rs").read_text()
    text = (
        'format=1\noutput="c"\n{}\n[[case]]\nname="my/x--2"\nop="random.normal"\nseed=1\nshape=[1]'
    )
    for line, known in [
        ('prefix="my_"', "my_x_2"), ('prefix=""', "my_x__2"), ("", "golden_my_x_2"),
    ]:  # fmt: skip
        made = write(parse(text.format(line).encode()), tmp_path / known)
        assert made["arrays"][0]["identifier"] == known
        assert f"{known}_bits[1]" in (tmp_path / known / "my/x--2.h").read_text()
    npz = write(parse(text.format("").replace('"c"', '"npz"').encode()), tmp_path / "npz")
    assert "prefix" not in npz
    assert "identifier" not in npz["arrays"][0]
