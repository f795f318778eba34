# Functions of the checks. A check begins with: source "$SHARED"
# Each installs a tool once into $CACHE, and ends the check with code 77 when that is impossible here.

# unavailable WHY: ends the check, whose tools cannot be had.
unavailable() {
  echo "result: not run: $*"
  exit 77
}

# debian PACKAGE…: installs the packages that are missing.
debian() {
  local package missing=()
  for package in "$@"; do
    [[ $(dpkg-query --show --showformat '${db:Status-Status}' "$package" 2> /dev/null) == installed ]] || missing+=("$package")
  done
  (( ${#missing[@]} )) || return 0
  command -v apt-get > /dev/null && (( EUID == 0 )) || unavailable "needs the Debian packages ${missing[*]}"
  debian_install "${missing[@]}" || { timeout 120 apt-get update --quiet && debian_install "${missing[@]}"; } ||
    unavailable "the Debian packages ${missing[*]} cannot be installed"
}

debian_install() {
  DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 timeout 300 apt-get install --yes --quiet --no-install-recommends \
    -o DPkg::Lock::Timeout=60 "$@"
}

# node_packages PACKAGE@VERSION…: installs them, puts their programs on PATH and links node_modules into $WORK.
node_packages() {
  command -v npm > /dev/null || debian nodejs npm
  local folder
  folder=$CACHE/npm/$(printf '%s\n' "$@" | sha256sum | cut -c-16)
  if [[ ! -e $folder/complete ]]; then
    rm -rf "$folder" && mkdir -p "$folder" && echo '{"private": true}' > "$folder/package.json"
    (cd "$folder" && timeout 280 npm install --no-audit --no-fund --ignore-scripts --fetch-retries=2 "$@") ||
      unavailable "the npm packages $* cannot be installed"
    touch "$folder/complete"
  fi
  export PATH=$folder/node_modules/.bin:$PATH
  ln -sfn "$folder/node_modules" "$WORK/node_modules"
}

# python_packages PACKAGE==VERSION…: installs them into an environment of their own and puts it first on PATH.
python_packages() {
  local folder
  folder=$CACHE/python/$(printf '%s\n' "$PYTHON" "$@" | sha256sum | cut -c-16)
  if [[ ! -e $folder/complete ]]; then
    rm -rf "$folder" && "$PYTHON" -m venv "$folder"
    timeout 280 "$folder/bin/pip" install --quiet --disable-pip-version-check "$@" ||
      unavailable "the Python packages $* cannot be installed"
    touch "$folder/complete"
  fi
  export PATH=$folder/bin:$PATH
}

# access_token [ID SECRET]: prints an access token of a client, of the referrer if none is named.
access_token() {
  curl --silent --show-error --fail-with-body "$HUB_URL/oauth/token" --data grant_type=client_credentials \
    --data-urlencode "client_id=${1:-$CLIENT_ID}" --data-urlencode "client_secret=${2:-$CLIENT_SECRET}" |
    "$PYTHON" -c 'import json, sys; print(json.load(sys.stdin)["access_token"])'
}

# The generator of all openapi-generator-* checks; the package contains the program and needs Java only.
OPENAPI_GENERATOR=7.26.0

# generate_client GENERATOR OPTION…: generates a client into $WORK/client, and sets OPENAPI_GENERATOR_JAR.
generate_client() {
  local generator=$1
  shift
  command -v java > /dev/null || debian default-jre-headless
  python_packages "openapi-generator-cli==$OPENAPI_GENERATOR"
  OPENAPI_GENERATOR_JAR=$(python -c 'import openapi_generator_cli, pathlib
print(pathlib.Path(openapi_generator_cli.__file__).with_name("openapi-generator.jar"))')
  echo "version: $OPENAPI_GENERATOR"
  java -jar "$OPENAPI_GENERATOR_JAR" generate --generator-name "$generator" --input-spec "$HUB_DOCUMENT_WITHOUT_WEBHOOKS" \
    --output "$WORK/client" --global-property apiTests=false,modelTests=false,apiDocs=false,modelDocs=false "$@"
}
