#!/bin/bash
# Entrypoint of the lab's MariaDB image. Keeps the documented contract of the official image
# (https://hub.docker.com/_/mariadb): its variables with their _FILE twins, first-start set-up, files in
# /docker-entrypoint-initdb.d, and the step down from root. Written anew; replication set-up and upgrades are left out.
set -eo pipefail
shopt -s nullglob

socket=/run/mysqld/mysqld.sock

say() { printf '%s [%s] [Entrypoint]: %s\n' "$(date -Iseconds)" "$1" "$2"; }
note() { say Note "$1"; }
die() {
	say ERROR "$1" >&2
	exit 1
}

# from_file NAME: NAME from NAME_FILE; both at once are a mistake.
from_file() {
	local name=$1 file=${1}_FILE
	[ -n "${!file:-}" ] || return 0
	[ -z "${!name:-}" ] || die "Both $name and $file are set (but are exclusive)"
	export "$name=$(<"${!file}")"
	unset "$file"
}

# Every MARIADB_ variable may be written MYSQL_ as well; the first wins.
read_settings() {
	local name old
	for name in ROOT_PASSWORD ROOT_PASSWORD_HASH ROOT_HOST DATABASE USER PASSWORD PASSWORD_HASH \
		RANDOM_ROOT_PASSWORD ALLOW_EMPTY_ROOT_PASSWORD ALLOW_EMPTY_PASSWORD INITDB_SKIP_TZINFO; do
		from_file "MARIADB_$name"
		from_file "MYSQL_$name"
		old=MYSQL_$name
		name=MARIADB_$name
		[ -n "${!name:-}" ] || printf -v "$name" '%s' "${!old:-}"
	done
	: "${MARIADB_ALLOW_EMPTY_ROOT_PASSWORD:=$MARIADB_ALLOW_EMPTY_PASSWORD}"
	: "${MARIADB_ROOT_HOST:=%}"
}

datadir_of() {
	"$@" --verbose --help 2>/dev/null | awk '$1 == "datadir" { print $2; exit }'
}

check_settings() {
	[ -n "$MARIADB_ROOT_PASSWORD$MARIADB_ROOT_PASSWORD_HASH$MARIADB_ALLOW_EMPTY_ROOT_PASSWORD$MARIADB_RANDOM_ROOT_PASSWORD" ] ||
		die $'Database is uninitialized and password option is not specified\n\tYou need to specify one of MARIADB_ROOT_PASSWORD, MARIADB_ROOT_PASSWORD_HASH, MARIADB_ALLOW_EMPTY_ROOT_PASSWORD and MARIADB_RANDOM_ROOT_PASSWORD'
	[ "$MARIADB_USER" != root ] ||
		die 'MARIADB_USER="root", MARIADB_USER and MARIADB_PASSWORD are for configuring a regular user and cannot be used for the root user'
	if [ -n "$MARIADB_USER" ] && [ -z "$MARIADB_PASSWORD$MARIADB_PASSWORD_HASH" ]; then
		die 'MARIADB_PASSWORD or MARIADB_PASSWORD_HASH must be set when MARIADB_USER is set'
	fi
}

client() {
	MYSQL_PWD=${root_password:-} mariadb --no-defaults --user=root --socket="$socket" --comments "$@"
}

start_temporary() {
	"$@" --skip-networking --default-time-zone=SYSTEM --socket="$socket" --wsrep_on=OFF \
		--expire-logs-days=0 --skip-slave-start --loose-innodb_buffer_pool_load_at_startup=0 &
	server=$!
	note 'Waiting for server startup'
	local tries
	for tries in {1..120}; do
		if root_password='' client --execute='SELECT 1' >/dev/null 2>&1; then
			return
		fi
		kill -0 "$server" 2>/dev/null || die 'Unable to start server.'
		sleep 0.25
	done
	die 'Unable to start server.'
}

stop_temporary() {
	note 'Stopping temporary server'
	kill "$server"
	wait "$server"
	note 'Temporary server stopped'
}

# Text as an SQL string literal.
quoted() {
	local text=${1//\\/\\\\}
	printf "'%s'" "${text//\'/\'\'}"
}

# An identifier in backticks.
ident() {
	printf '`%s`' "${1//\`/\`\`}"
}

identified() {
	if [ -n "$2" ]; then
		printf 'IDENTIFIED BY PASSWORD %s' "$(quoted "$2")"
	else
		printf 'IDENTIFIED BY %s' "$(quoted "$1")"
	fi
}

setup_sql() {
	local by health
	by=$(identified "$MARIADB_ROOT_PASSWORD" "$MARIADB_ROOT_PASSWORD_HASH")
	echo 'SET @@SESSION.SQL_LOG_BIN=0;'
	echo "SET @@SESSION.SQL_MODE=REPLACE(@@SESSION.SQL_MODE, 'NO_BACKSLASH_ESCAPES', '');"
	echo "DROP USER IF EXISTS root@'127.0.0.1', root@'::1', root@$(quoted "$(hostname)");"
	health=$(openssl rand -base64 24)
	for host in localhost 127.0.0.1 ::1; do
		echo "CREATE USER healthcheck@'$host' IDENTIFIED BY $(quoted "$health");"
	done
	printf '[mariadb-client]\nport=3306\nsocket=%s\nuser=healthcheck\npassword=%s\n' "$socket" "$health" >"$datadir/.my-healthcheck.cnf"
	chmod 600 "$datadir/.my-healthcheck.cnf"
	if [ -n "$MARIADB_DATABASE" ]; then
		echo "CREATE DATABASE IF NOT EXISTS $(ident "$MARIADB_DATABASE");"
	fi
	if [ -n "$MARIADB_USER" ]; then
		echo "CREATE USER $(quoted "$MARIADB_USER")@'%' $(identified "$MARIADB_PASSWORD" "$MARIADB_PASSWORD_HASH");"
		if [ -n "$MARIADB_DATABASE" ]; then
			# In GRANT, _ and % in a database name are wildcards.
			local database=${MARIADB_DATABASE//_/\\_}
			echo "GRANT ALL ON $(ident "${database//%/\\%}").* TO $(quoted "$MARIADB_USER")@'%';"
		fi
	fi
	if [ "$MARIADB_ROOT_HOST" != localhost ]; then
		echo "CREATE USER root@$(quoted "$MARIADB_ROOT_HOST") $by;"
		echo "GRANT ALL ON *.* TO root@$(quoted "$MARIADB_ROOT_HOST") WITH GRANT OPTION;"
	fi
	echo "ALTER USER root@localhost $by;"
}

run_init_files() {
	local file database=()
	[ -z "$MARIADB_DATABASE" ] || database=("--database=$MARIADB_DATABASE")
	for file; do
		case $file in
		*.sh)
			note "running $file"
			if [ -x "$file" ]; then "$file"; else . "$file"; fi
			;;
		*.sql) note "running $file" && client "${database[@]}" <"$file" ;;
		*.sql.gz) note "running $file" && gunzip -c "$file" | client "${database[@]}" ;;
		*.sql.xz) note "running $file" && xz -dc "$file" | client "${database[@]}" ;;
		*) say Warn "ignoring $file" ;;
		esac
	done
}

initialise() {
	check_settings
	note 'Initializing database files'
	mariadb-install-db --datadir="$datadir" --rpm --auth-root-authentication-method=normal --skip-test-db \
		--old-mode='UTF8_IS_UTF8MB3' --default-time-zone=SYSTEM --skip-log-bin --expire-logs-days=0 \
		--loose-innodb_buffer_pool_load_at_startup=0 --loose-innodb_buffer_pool_dump_at_shutdown=0 >/dev/null
	note 'Database files initialized'
	if [ -n "$MARIADB_RANDOM_ROOT_PASSWORD" ]; then
		MARIADB_ROOT_PASSWORD=$(openssl rand -base64 24)
		note "GENERATED ROOT PASSWORD: $MARIADB_ROOT_PASSWORD"
	fi
	start_temporary "$@"
	note 'Securing system users'
	setup_sql | root_password='' client --database=mysql
	# Scripts of the user see the same names as the official image gives them.
	export MARIADB_ROOT_PASSWORD MARIADB_DATABASE MARIADB_USER MARIADB_PASSWORD
	root_password=$MARIADB_ROOT_PASSWORD
	run_init_files /docker-entrypoint-initdb.d/*
	stop_temporary
	note 'MariaDB init process done. Ready for start up.'
}

[ "${1:0:1}" != - ] || set -- mariadbd "$@"

if [ "$1" = mariadbd ] || [ "$1" = mysqld ]; then
	for argument; do
		case $argument in -'?' | --help | --print-defaults | -V | --version) exec "$@" ;; esac
	done
	note "Entrypoint script for MariaDB Server $MARIADB_VERSION started."
	datadir=$(datadir_of "$@")
	[ -n "$datadir" ] || die "mariadbd failed while attempting to check config: $*"
	mkdir -p "$datadir" /run/mysqld
	if [ "$(id -u)" = 0 ]; then
		note "Switching to dedicated user 'mysql'"
		find "$datadir" /run/mysqld \! -user mysql -exec chown mysql: '{}' +
		exec setpriv --reuid=mysql --regid=mysql --clear-groups "$BASH_SOURCE" "$@"
	fi
	read_settings
	if [ ! -d "$datadir/mysql" ]; then
		initialise "$@"
	fi
fi

exec "$@"
