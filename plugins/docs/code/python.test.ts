import { describe, expect, it } from 'vitest'
import { readModule } from './read.ts'
import type { Exported, Module } from './types.ts'

async function read(text: string, path = 'a.py'): Promise<Module> {
  const made = await readModule(path, text)
  if ('reason' in made) throw new Error(made.reason)
  return made
}
async function shapes(text: string, path?: string): Promise<readonly Exported[]> {
  const { entries, errorLine } = await read(text, path)
  expect(errorLine).toBeNull()
  return entries.flatMap((entry) => (entry.kind === 'own' ? entry.as(entry.name) : []))
}
const signatures = async (text: string, path?: string) => (await shapes(text, path)).map(({ signature }) => signature)

describe('a definition of Python is read as it is written', () => {
  it.each([
    ['def f(a, /, b: int = 3, *, c="x") -> list[str]: ...', 'def f(a, /, b: int = 3, *, c="x") -> list[str]'],
    ['async def f(*args: int, **kw: Any): yield 1', 'async def f(*args: int, **kw: Any)'],
    [
      'def f(\n    a: str,  # a ( comment\n    b=") ->  :",\n) -> "A[int]":\n    pass\n',
      'def f(a: str, b=") ->  :") -> "A[int]"',
    ],
    ['def f(\n\ta,\n\tb=(1,),\n):\n\tpass\n', 'def f(a, b=(1,))'],
    ['def f[T: int](a: T) -> T:\n    return a\n', 'def f[T: int](a: T) -> T'],
    [
      'def f(a: Callable[[int], dict[str, int]] = lambda x: {"a": x}): ...',
      'def f(a: Callable[[int], dict[str, int]] = lambda x: {"a": x})',
    ],
    ['def größe(länge): ...', 'def größe(länge)'],
    ['@functools.cache\ndef f(): ...', 'def f()'],
    ['@contextlib.contextmanager\ndef f(): ...', '@contextlib.contextmanager\ndef f()'],
    ['class A(B, Generic[T], metaclass=M):\n    pass\n', 'class A(B, Generic[T], metaclass=M)'],
    ['@dataclass(frozen=True)\nclass A: ...', '@dataclass(frozen=True)\nclass A'],
    ['LIMIT = 30', 'LIMIT = 30'],
    ['LIMIT: Final[int] = 3  # three', 'LIMIT: Final[int] = 3'],
    ['cache: dict[str, int]', 'cache: dict[str, int]'],
    ['TABLE = {"a": 1}', 'TABLE'],
    ['USAGE = """Usage:\n  it\n"""', 'USAGE = """Usage:…'],
    ['names: list[str] = [\n]', 'names: list[str] = []'],
    ["UserId = NewType('UserId', int)", "UserId = NewType('UserId', int)"],
    ['Names: TypeAlias = dict[\n    str, int\n]', 'Names: TypeAlias = dict[str, int]'],
    ['type Point[T] = tuple[T, T]', 'type Point[T] = tuple[T, T]'],
    ['if sys.version_info > (3,):\n    def f(a): ...\nelse:\n    def f(b): ...\n', 'def f(a)'],
    ['try:\n    import x\nexcept ImportError:\n    def f(): ...\n', 'def f()'],
    ['\uFEFFdef f():\r\n    pass\r\n', 'def f()'],
  ])('%j', async (text, signature) => {
    expect(await signatures(text)).toEqual([signature])
  })
  it('without what begins with an underscore, local things and plain variables', async () => {
    const text =
      'import os\nfrom a import b\n_x = 1\ndef _f(): ...\nlogger = get()\nT = TypeVar("T")\ndef f():\n    def inner(): ...\n    X = 1\n__version__ = "1"\n'
    expect(await signatures(text)).toEqual(['def f()'])
  })
  it('with all forms marked @overload and without what implements them', async () => {
    const text = '@overload\ndef f(a: int) -> int: ...\n@t.overload\ndef f(a: str) -> str: ...\ndef f(a): return a\n'
    expect(await signatures(text)).toEqual(['@overload\ndef f(a: int) -> int\n@t.overload\ndef f(a: str) -> str'])
  })
  it('as __all__ says, in whichever way it is put together', async () => {
    const text =
      '__all__ = ["f", \'_g\']\n__all__ += ("plain",)\n__all__.extend(["H"])\ndef f(): ...\ndef _g(): ...\ndef other(): ...\nplain = make()\nclass H: ...\n'
    expect(await signatures(text)).toEqual(['def f()', 'def _g()', 'plain', 'class H'])
    expect(await signatures('__all__ = a.__all__ + b.__all__\ndef f(): ...\ndef _g(): ...\n')).toEqual(['def f()'])
  })
})

describe('members of a class', () => {
  it('are its fields, public methods and construction', async () => {
    const [shape] = await shapes(`@dataclass
class Goods(Base):
    '''What a shop sells.

    More.
    '''
    price: int
    tags: list[str] = field(default_factory=list)
    MAX = 3
    plain = 4
    _own: int = 1

    def __init__(self, a: int): ...
    def __repr__(self): ...
    def __call__(self, b): ...
    @property
    def size(self) -> int:
        "Size of it."
    @size.setter
    def size(self, v: int) -> None: ...
    @staticmethod
    def make() -> Goods: ...
    @classmethod
    async def load(cls, x: int) -> Goods: ...
    @app.route("/a")
    def plain_method(self): ...
    def _hidden(self): ...
    class Meta: ...
`)
    expect(shape?.members.map(({ signature }) => signature)).toEqual([
      'price: int',
      'tags: list[str] = field(default_factory=list)',
      'MAX = 3',
      'def __init__(self, a: int)',
      'def __call__(self, b)',
      '@property\ndef size(self) -> int\n@size.setter\ndef size(self, v: int) -> None',
      '@staticmethod\ndef make() -> Goods',
      '@classmethod\nasync def load(cls, x: int) -> Goods',
      'def plain_method(self)',
      'class Meta',
    ])
    expect(shape).toMatchObject({ about: 'What a shop sells.', extends: true })
    expect(shape?.members[5]).toMatchObject({ about: 'Size of it.', parameters: ['v'] })
  })
  it('of an enumeration are its values', async () => {
    const [shape] = await shapes("class Color(str, Enum):\n    RED = 'r'\n    green = 2\n    def f(self): ...\n")
    expect(shape?.members.map(({ signature }) => signature)).toEqual(["RED = 'r'", 'green = 2', 'def f(self)'])
  })
})

describe('what is said of it', () => {
  it.each([
    ['"""First. Second."""', 'First.', null],
    ["r'''\n    Over two\n    lines.\n\n    More.\n    '''", 'Over two lines.', null],
    ['"""Old.\n\n    .. deprecated:: 1.2\n       Use g. Now.\n    """', 'Old.', 'Use g.'],
    ['x = "no docstring"', '', null],
    ['pass', '', null],
  ])('%j', async (doc, about, deprecated) => {
    expect(await shapes(`def f():\n    ${doc}\n`)).toMatchObject([{ about, deprecated }])
  })
  it('@deprecated and :meta private:', async () => {
    const text =
      '@warnings.deprecated("Use g. Now")\ndef f(): ...\ndef h():\n    """X.\n\n    :meta private:\n    """\n'
    expect(await shapes(text)).toMatchObject([{ name: 'f', deprecated: 'Use g.' }])
  })
})

describe('what is imported is given on', () => {
  it.each([
    ['a.py', 'from .b import c\n', []],
    ['a.pyi', 'from b import c as c, d as e\n', [{ kind: 'from', name: 'c', imported: 'c', source: 'b' }]],
    [
      'p/__init__.py',
      'from .b import c, d as e, _f\nfrom os import path\n',
      [
        { kind: 'from', name: 'c', source: '.b' },
        { kind: 'from', name: 'e', imported: 'd', shown: 'from .b import d as e' },
      ],
    ],
    [
      'p/__init__.py',
      'from . import b\nfrom ..q import (\n    c,\n)\nfrom .d import *\n',
      [
        { kind: 'namespace', name: 'b', source: '.b' },
        { kind: 'from', name: 'c', source: '..q' },
        { kind: 'all', source: '.d', only: null },
      ],
    ],
    [
      'a.py',
      '__all__ = ["c", "e"]\nfrom b import c, d\nfrom x import *\n',
      [
        { kind: 'from', name: 'c' },
        { kind: 'all', source: 'x', only: new Set(['c', 'e']) },
      ],
    ],
  ])('%s: %j', async (path, text, wanted) => {
    expect((await read(text, path)).entries).toMatchObject(wanted)
  })
})

describe('code that does not parse', () => {
  it.each([
    ['def f(a): ...\ndef (x:\n  pass\n\ndef g(): ...\n', ['def f(a)'], 2],
    ['class A:\n    def b(self: ...\n\nclass C: ...\n', [], 2],
    ['x = """never closed\ndef f(): ...\n', [], 1],
    ['print "Python 2"\ndef f(): ...\n', ['def f()'], null],
    // What the grammar misses and Python allows.
    ['def f():\n    yield\n    x = yield\n\f\nRATE = 24.*3600. + 20.\nclass A: ...\n', ['def f()', 'class A'], null],
  ])('%j gives what can be read, and the line', async (text, wanted, line) => {
    const { entries, errorLine } = await read(text)
    if (line === null) expect(errorLine).toBeNull()
    else expect(errorLine).toBeGreaterThanOrEqual(line)
    const found = entries.flatMap((entry) => (entry.kind === 'own' ? entry.as(entry.name) : []))
    expect(found.map(({ signature }) => signature)).toEqual(expect.arrayContaining(wanted))
  })
})
