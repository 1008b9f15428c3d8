/**
 * Writes standard input to a file: temp file beside it, length checked (a connection that breaks in
 * the middle looks like the end of the input), synced, renamed. $1 path, $2 mode, $3 owner or '', $4 bytes.
 */
export const writeScript = `
set -eu
dir=$(dirname -- "$1")
mkdir -p -- "$dir"
umask 077
temp=$(mktemp "$dir/.farthing.XXXXXXXX")
trap 'rm -f -- "$temp"' EXIT
cat > "$temp"
[ "$(wc -c < "$temp")" -eq "$4" ] || { echo "only $(wc -c < "$temp") of $4 bytes of $1 arrived" >&2; exit 1; }
chmod "$2" "$temp"
[ -z "$3" ] || chown "$3" "$temp"
sync "$temp" 2>/dev/null || sync
mv -f -- "$temp" "$1"
trap - EXIT
sync "$dir" 2>/dev/null || true
`;

/** Appends standard input to an upload at an offset. $1 part file, $2 offset, $3 bytes. */
export const appendScript = `
set -eu
umask 077
mkdir -p -- "$(dirname -- "$1")"
if [ "$2" -eq 0 ]; then : > "$1"; fi
[ "$(wc -c < "$1")" -eq "$2" ] || { echo "$1 is not $2 bytes long" >&2; exit 1; }
cat >> "$1"
[ "$(wc -c < "$1")" -eq $(( $2 + $3 )) ] || { echo "the connection broke in the middle" >&2; exit 1; }
`;

/** Puts a finished upload in place. $1 part file, $2 path, $3 mode, $4 sha256. */
export const finishScript = `
set -eu
got=$(sha256sum < "$1" | cut -c1-64)
[ "$got" = "$4" ] || { rm -f -- "$1"; echo "the copy of $2 is damaged" >&2; exit 1; }
chmod "$3" "$1"
sync "$1" 2>/dev/null || sync
mv -f -- "$1" "$2"
`;
