"""Compiles C# sources with Roslyn and runs ``Refer.Main``: ``python compile.py FILE_OR_FOLDER…``."""

import json
import os
import sys
from pathlib import Path

import dotnetcore2
import pythonnet
from clr_loader import get_coreclr

WORK = Path(os.environ["WORK"])
DOTNET = Path(dotnetcore2.__file__).parent / "bin"
FRAMEWORK = next((DOTNET / "shared" / "Microsoft.NETCore.App").iterdir())
ROSLYN = WORK / "node_modules" / "@autorest" / "csharp"
(JSON_NET,) = (WORK / "node_modules" / "@microsoft.azure" / "autorest.csharp").rglob(
    "netcoreapp2.0/Newtonsoft.Json.dll"
)

runtime = WORK / "runtime.json"
options = {"framework": {"name": "Microsoft.NETCore.App", "version": FRAMEWORK.name}, "tfm": "netcoreapp3.1"}
runtime.write_text(json.dumps({"runtimeOptions": options}))
pythonnet.load(get_coreclr(runtime_config=str(runtime), dotnet_root=DOTNET))

import clr  # noqa: E402  # is there once the runtime is loaded

for library in (
    *(ROSLYN / f"{name}.dll" for name in ("Microsoft.CodeAnalysis", "Microsoft.CodeAnalysis.CSharp")),
    JSON_NET,
):
    sys.path.append(str(library.parent))
    clr.AddReference(library.stem)

from Microsoft.CodeAnalysis import (  # noqa: E402
    DiagnosticSeverity,
    MetadataReference,
    OutputKind,
    SyntaxTree,
)
from Microsoft.CodeAnalysis.CSharp import (  # noqa: E402
    CSharpCompilation,
    CSharpCompilationOptions,
    CSharpParseOptions,
    CSharpSyntaxTree,
    LanguageVersion,
)
from System import Array, BadImageFormatException, Object  # noqa: E402
from System.Collections.Generic import List  # noqa: E402
from System.IO import File  # noqa: E402
from System.Reflection import Assembly, AssemblyName  # noqa: E402


def main(places: list[Path]) -> None:
    """Compile the sources below these places, and run the program among them."""
    files = [file for place in places for file in (place.rglob("*.cs") if place.is_dir() else [place])]
    compilation = CSharpCompilation.Create("client", parsed(files), references(), library_options())
    library = WORK / "client.dll"
    stream = File.Create(str(library))
    emitted = compilation.Emit(stream)
    stream.Dispose()
    errors = [str(each) for each in emitted.Diagnostics if each.Severity == DiagnosticSeverity.Error]
    if errors:
        sys.exit("\n".join(errors[:20]))
    print(f"compiled {len(files)} files")
    program = Assembly.LoadFrom(str(library)).GetType("Refer")
    program.GetMethod("Main").Invoke(None, Array[Object]([]))


def parsed(files: list[Path]) -> object:
    """Return the syntax trees of the files."""
    trees = List[SyntaxTree]()
    for file in files:
        parse_options = CSharpParseOptions(LanguageVersion.CSharp10)
        trees.Add(CSharpSyntaxTree.ParseText(file.read_text(encoding="utf-8-sig"), parse_options, str(file)))
    return trees


def references() -> object:
    """Return the libraries of the framework, and Json.NET."""
    found = List[MetadataReference]()
    for library in (*FRAMEWORK.glob("*.dll"), JSON_NET):
        try:
            AssemblyName.GetAssemblyName(str(library))
        except BadImageFormatException:
            continue  # a library of native code
        found.Add(MetadataReference.CreateFromFile(str(library)))
    return found


def library_options() -> object:
    """Return the options of a library."""
    return CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary)


if __name__ == "__main__":
    main([Path(each) for each in sys.argv[1:]])
