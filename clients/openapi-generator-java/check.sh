#!/usr/bin/env bash
# area: Generated clients
# tool: openapi-generator, `java` (`native`)
# document: without webhooks
# done: generates a client for `java.net.http`, compiles it with a program that calls the hub, runs it; the library offers HTTP/2 (`Upgrade: h2c`) with every request
set -euo pipefail
source "$SHARED"

command -v javac > /dev/null || debian default-jdk-headless
debian libjakarta-annotation-api-java
generate_client java --library native --additional-properties=useJakartaEe=true,openApiNullable=false,enumUnknownDefaultCase=true,useOneOfDiscriminatorLookup=true

# The generator's own jar contains Jackson, on which the client depends.
export CLASSPATH=$WORK/classes:$OPENAPI_GENERATOR_JAR:/usr/share/java/jakarta-annotation-api.jar
find "$WORK/client/src/main" -name '*.java' > "$WORK/sources"
javac -nowarn -d "$WORK/classes" "@$WORK/sources" Refer.java

java -Djdk.httpclient.HttpClient.log=headers Refer 2> "$WORK/headers" || { tail "$WORK/headers"; exit 1; }
grep --quiet 'POST /v1/referrals' "$WORK/headers" && grep --quiet 'Upgrade: h2c' "$WORK/headers" ||
  { echo "result: the library did not offer HTTP/2, so nothing is shown"; exit 1; }
echo "result: compiles; gets a token, refers, reads, changes with \`If-Match\`, lists, reads a problem, subscribes, reads events"
