#!/usr/bin/env bash
# area: Generated clients
# tool: openapi-generator, `csharp` (`httpclient`)
# document: without webhooks
# done: generates a client, compiles it for C# 10 with a program that calls the hub (Roslyn on .NET Core 3.1, with empty stand-ins for Polly and JsonSubTypes, which are only had from NuGet), runs it
set -euo pipefail
source "$SHARED"

generate_client csharp --library httpclient --additional-properties=targetFramework=netstandard2.1
# No registry that is in use here has a .NET SDK. These packages contain the compiler, Json.NET, the runtime, and the OpenSSL
# that the runtime needs.
node_packages @autorest/csharp@3.0.0-beta.20251203.1 @microsoft.azure/autorest.csharp@2.3.102
python_packages dotnetcore2==3.1.23 pythonnet==3.2.1 psycopg2-binary==2.9.9

libraries=$(python -c 'import psycopg2, pathlib; print(pathlib.Path(psycopg2.__file__).parents[1] / "psycopg2_binary.libs")')
for library in ssl crypto; do
  ln -s "$libraries"/lib$library-*.so.1.1 "$WORK/lib$library.so.1.1"
done
export LD_LIBRARY_PATH=$WORK:$libraries DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1
python compile.py "$WORK/client/src" StandIns.cs Refer.cs
echo "result: compiles; gets a token, refers, reads, changes with \`If-Match\`, lists, reads a problem, subscribes, reads events"
