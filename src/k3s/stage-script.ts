/**
 * Downloads a release on the host and puts it in place only when it hashes to what the plan says.
 * A download that was broken off goes on where it stopped. Exit 10: wrong digest (nothing is kept),
 * 11: download failed. $1 binary URL, $2 its sha256, $3 script URL, $4 its sha256. $FILES/ca: PEM, may be empty.
 */
export const stageScript = `
set -eu
say() { echo "@ $1"; }
store=/var/lib/farthing
mkdir -p -m 0700 $store $store/downloads
hash() { sha256sum < "$1" | cut -c1-64; }
fetch() { # URL FILE
    set -- "$1" "$2" --silent --show-error --fail --location --connect-timeout 15 --retry 3 --retry-delay 1 --speed-limit 1024 --speed-time 60
    url=$1 file=$2
    shift 2
    if [ -s "$FILES/ca" ]; then set -- "$@" --cacert "$FILES/ca"; fi
    # A rest that cannot be gone on with (server without ranges, other file) is started anew.
    curl "$@" --continue-at - --output "$file" "$url" || { rm -f "$file"; curl "$@" --output "$file" "$url"; } || return 1
}
get() { # URL SHA256 TARGET MODE
    if [ -f "$3" ] && [ "$(hash "$3")" = "$2" ]; then return 0; fi
    part=$store/downloads/$2
    if ! { [ -f "$part" ] && [ "$(hash "$part")" = "$2" ]; }; then
        say "downloading $1"
        fetch "$1" "$part" || exit 11
        got=$(hash "$part")
        if [ "$got" != "$2" ]; then
            rm -f "$part"
            echo "$1 hashes to $got, not to $2" >&2
            exit 10
        fi
    fi
    chmod "$4" "$part"
    # Beside the target first, maybe into another file system: only a rename within one is atomic.
    mv -f "$part" "$3.farthing-new"
    sync "$3.farthing-new"
    mv -f "$3.farthing-new" "$3"
}
mkdir -p /usr/local/bin
get "$3" "$4" $store/k3s-install.sh 0700
get "$1" "$2" /usr/local/bin/k3s 0755
rmdir $store/downloads 2>/dev/null || true
# So that a look at the host need not read 150 MB each time.
version=$(/usr/local/bin/k3s --version 2>/dev/null | awk 'NR == 1 { print $3 }')
printf '%s\\n%s\\n%s\\n' "$(stat -L -c '%i %s %Y %Z' /usr/local/bin/k3s)" "$2" "$version" > $store/k3s.known.new
mv -f $store/k3s.known.new $store/k3s.known
`;
