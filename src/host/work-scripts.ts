/**
 * Stages what comes over standard input (lines `name bytes`, each followed by its content, then
 * `. 0`), starts it as the unit farthing-work and follows it. The unit is the host's lock: exit
 * 75 when another one runs, after printing whose. If this script dies with its connection, the
 * unit goes on by itself. $1 name, $2 folder, $3 seconds it may take.
 */
export const startWorkScript = String.raw`
set -eu
umask 077
name=$1 base=/run/farthing/$2 seconds=$3
mkdir -p "$base"
while read -r file bytes; do
    [ "$file" != . ] || break
    head -c "$bytes" > "$base/$file"
    [ "$(wc -c < "$base/$file")" -eq "$bytes" ] || { rm -rf "$base"; echo "the connection broke in the middle" >&2; exit 1; }
done
: > "$base/output"
if ! systemd-run --quiet --collect --unit=farthing-work --description="$name" \
    --property=RuntimeMaxSec="$seconds" --property=UMask=0077 --property=StandardInput=null \
    /bin/sh "$base/runner" "$base" 2> "$base/refused"; then
    if systemctl is-active -q farthing-work; then
        systemctl show -p Description -p ActiveEnterTimestamp farthing-work
        rm -rf "$base"
        exit 75
    fi
    cat "$base/refused" >&2
    rm -rf "$base"
    exit 1
fi
# What earlier, broken-off commands left: this unit being ours, none of theirs runs.
find /run/farthing -mindepth 1 -maxdepth 1 ! -name "$2" -exec rm -rf {} +

seen=0
show() {
    size=$(wc -c < "$base/output")
    if [ "$size" -gt "$seen" ]; then tail -c "+$((seen + 1))" "$base/output" | head -c "$((size - seen))"; seen=$size; fi
}
while [ ! -e "$base/code" ] && systemctl is-active -q farthing-work; do show; sleep 0.1; done
sleep 0.05
show
code=$(cat "$base/code" 2>/dev/null || true)
[ -n "$code" ] || { echo "it was stopped, or took longer than $seconds s" >&2; code=124; }
rm -rf "$base"
exit "$code"
`;

/** What the unit runs: the script with its arguments (one a line), its files in $FILES; secrets are gone when it ends. */
export const workRunner = `
base=$1
shift
exec > "$base/output" 2>&1
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C FILES=$base
export PATH LC_ALL FILES
while read -r argument; do set -- "$@" "$argument"; done < "$base/arguments"
code=0
sh "$base/script" "$@" || code=$?
find "$base" -mindepth 1 ! -name output -exec rm -rf {} +
echo "$code" > "$base/code.new"
mv "$base/code.new" "$base/code"
`;
