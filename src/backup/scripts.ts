/*
 * What the Jobs run: constants for a POSIX shell (BusyBox in restic's image, the database's own in the
 * other). Variable parts are arguments, secrets are files and variables of the Job. A container's last
 * word is in /dev/termination-log: JSON when all is well, restic's own words when not.
 */

const common = `
set -u
export LC_ALL=C
end() { tail -c 1500 /scratch/err > /dev/termination-log; exit "$1"; }
# restic itself goes on trying for a quarter of an hour.
reach() {
  timeout 60 restic cat config > /dev/null 2> /scratch/err && return
  code=$?
  [ "$code" != 143 ] && [ "$code" != 124 ] && [ "$code" != 130 ] || { echo "connection: no answer within 60 s: $(tail -n 1 /scratch/err)" > /scratch/err; code=1; }
  return "$code"
}
# Directories, links and files with owner, mode, size and content: a line each, sorted.
listing() {
  (
    cd "$1" || exit 1
    find . -mindepth 1 -type d -exec stat -c 'd %a %u %g %n' {} +
    find . -type l -exec stat -c 'l %u %g %N' {} +
    find . -type f -exec stat -c 'f %a %u %g %s %n' {} +
    find . -type f -exec sha256sum {} +
  ) 2>/dev/null | sort
}
`;

/** In restic's image: $1 host, $2 folder to back up, then the tags of both snapshots. */
export const backupScript = `${common}
host=$1 folder=$2
shift 2
tags=
for tag in "$@"; do tags=$tags,$tag; done
reach
code=$?
[ "$code" = 0 ] || {
  # Only "there is no repository" may lead to a new one: not a wrong key, not a silent server.
  [ "$code" = 10 ] || end "$code"
  restic init > /dev/null 2> /scratch/err || end $?
}
[ -d "$folder" ] || { echo "there is no $folder" > /scratch/err; end 1; }
save() {
  restic backup --json --quiet --retry-lock 5m --host "$host" --tag "$1" "$2" > /scratch/out 2> /scratch/err || end $?
  id=$(sed -n 's/.*"snapshot_id":"\\([0-9a-f]\\{64\\}\\)".*/\\1/p' /scratch/out | tail -n 1)
  [ -n "$id" ] || { echo "restic named no snapshot" >> /scratch/err; end 1; }
  restic cat snapshot "$id" > /dev/null 2> /scratch/err || end $?
}
mkdir -p /scratch/manifest
listing "$folder" > /scratch/before
save "data$tags" "$folder"
data=$id
listing "$folder" > /scratch/after
awk 'NR == FNR { seen[$0]; next } $0 in seen' /scratch/after /scratch/before > /scratch/manifest/files
stat -c '%a %u %g' "$folder" > /scratch/manifest/root
files=$(grep -c '^f ' /scratch/before)
changing=$((files - $(grep -c '^[0-9a-f]\\{64\\} ' /scratch/manifest/files)))
bytes=$(awk '$1 == "f" { sum += $5 } END { printf "%.0f", sum }' /scratch/before)
sqlite=$(find "$folder" -type f \\( -name '*.db' -o -name '*.sqlite' -o -name '*.sqlite3' -o -name '*.db3' \\) | while read -r file; do head -c 15 "$file" | grep -c '^SQLite format 3'; done | grep -c 1)
tables=0 rows=0
if [ "$folder" = /dump ]; then
  tables=$(grep -c . /dump/tables)
  rows=$(awk -F '\\t' '{ sum += $2 } END { printf "%.0f", sum }' /dump/tables)
fi
save "manifest$tags,data=$data,files=$files,bytes=$bytes,changing=$changing,sqlite=$sqlite,tables=$tables,rows=$rows" /scratch/manifest
printf '{"data":"%s","manifest":"%s","files":%d,"bytes":%s,"changing":%d,"sqlite":%d,"tables":%d,"rows":%s}' \\
  "$data" "$id" "$files" "$bytes" "$changing" "$sqlite" "$tables" "$rows" > /dev/termination-log
`;

/** In restic's image: $1 the app. Prints the manifests' snapshots. */
export const listScript = `${common}
reach || end $?
restic snapshots --json --tag "farthing,manifest,app=$1" 2> /scratch/err || end $?
`;

/** In restic's image: $1 data snapshot, $2 manifest snapshot, $3 folder to fill. Ends with 70 when they differ. */
export const restoreScript = `${common}
data=$1 manifest=$2 folder=$3
mkdir -p /scratch/manifest
reach || end $?
restic restore "$manifest:/scratch/manifest" --quiet --retry-lock 5m --target /scratch/manifest > /scratch/out 2> /scratch/err || end $?
restic restore "$data:$folder" --quiet --retry-lock 5m --target "$folder" --delete > /scratch/out 2> /scratch/err || end $?
read -r mode user group < /scratch/manifest/root
chown "$user:$group" "$folder" && chmod "$mode" "$folder"
listing "$folder" > /scratch/after
awk 'NR == FNR { seen[$0]; next } !($0 in seen)' /scratch/after /scratch/manifest/files > /scratch/err
[ ! -s /scratch/err ] || end 70
printf '{"compared":%d,"rows":0}' "$(grep -c '^[0-9a-f]\\{64\\} ' /scratch/manifest/files)" > /dev/termination-log
`;

const database = `
set -u
umask 077
fail() { tail -c 1500 /dump/err > /dev/termination-log; exit "$1"; }
say() { echo "$1" > /dev/termination-log; exit 65; }
host=$1
user=root MYSQL_PWD=\${MARIADB_ROOT_PASSWORD:-\${MYSQL_ROOT_PASSWORD:-}}
if [ -z "$MYSQL_PWD" ]; then
  user=\${MARIADB_USER:-\${MYSQL_USER:-}}
  MYSQL_PWD=\${MARIADB_PASSWORD:-\${MYSQL_PASSWORD:-}}
fi
[ -n "$user" ] && [ -n "$MYSQL_PWD" ] || say "its environment has neither MARIADB_ROOT_PASSWORD nor MARIADB_USER and MARIADB_PASSWORD"
export MYSQL_PWD
# dump FOLDER: dump.sql, and in tables a line for each: name, rows, SHA-256 of its rows in the order of their key.
dump() {
  names=$(mariadb --host="$host" --user="$user" --batch --skip-column-names -e "SELECT schema_name FROM information_schema.schemata WHERE schema_name NOT IN ('information_schema', 'performance_schema', 'mysql', 'sys') ORDER BY 1" 2> /dump/err) || fail 66
  [ -n "$names" ] || say "$user sees no database"
  (
    set -f
    IFS='
'
    mariadb-dump --host="$host" --user="$user" --single-transaction --quick --routines --events --triggers --order-by-primary \\
      --hex-blob --default-character-set=utf8mb4 --skip-dump-date --add-drop-database --databases $names
  ) > "$1/dump.sql" 2> /dump/err || fail 66
  tail -n 1 "$1/dump.sql" | grep -q '^-- Dump completed' || say "the dump has no end"
  : > "$1/counts"
  : > "$1/sums"
  awk -v folder="$1" '
    BEGIN { sum = "sha256sum >> " folder "/sums" }
    /^USE \`/ { base = $2; sub(/;$/, "", base) }
    /^-- Dumping data for table / { name = base "." substr($0, 27); rows = 0; on = 1; printf "" | sum; next }
    on && /^UNLOCK TABLES;/ { close(sum); print name "\\t" rows > (folder "/counts"); on = 0; next }
    on && /^INSERT INTO / { print | sum; if (/ VALUES \\(/) rows++; next }
    on && /^\\(/ { print | sum; rows++ }
  ' "$1/dump.sql" || say "the dump cannot be read"
  awk 'NR == FNR { line[FNR] = $0; next } { print line[FNR] "\\t" $1 }' "$1/counts" "$1/sums" > "$1/tables"
  rm "$1/counts" "$1/sums"
}
`;

/** In the database's image: $1 host name of the service. Fills /dump. */
export const dumpScript = `${database}
dump /dump
rm -f /dump/err
`;

/** In the database's image, after restic filled /dump: loads it, dumps again and compares table by table. Ends with 70 when they differ. */
export const loadScript = `${database}
mkdir -p /scratch/again
mariadb --host="$host" --user="$user" --default-character-set=utf8mb4 < /dump/dump.sql 2> /dump/err || fail 66
dump /scratch/again
awk 'NR == FNR { seen[$0]; next } !($0 in seen)' /scratch/again/tables /dump/tables > /dump/err
[ ! -s /dump/err ] || fail 70
awk -F '\\t' '{ sum += $2 } END { printf "{\\"compared\\":%d,\\"rows\\":%.0f}", NR, sum }' /dump/tables > /dev/termination-log
`;
