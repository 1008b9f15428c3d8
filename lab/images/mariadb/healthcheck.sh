#!/bin/bash
# healthcheck.sh of the lab's MariaDB image: the tests of the official script that Compose files use,
# --connect, --innodb_initialized, --innodb_buffer_pool_loaded, with --defaults-file, --defaults-extra-file,
# --datadir, --su-mysql and --no-connect. Succeeds when all named tests do.
set -eo pipefail

datadir=/var/lib/mysql
options=()
connected=

login() {
	[ ${#options[@]} -gt 0 ] || options=("--defaults-extra-file=$datadir/.my-healthcheck.cnf")
}

connect() {
	# Over TCP: the temporary server of the first start has no network and must not pass for the real one.
	local answer
	answer=$(mariadb "${options[@]}" --host=127.0.0.1 --protocol=tcp --skip-column-names --batch --execute='SELECT @@skip_networking' 2>&1) || {
		# Refused by name is still an answer from a server that listens.
		case $answer in *'ERROR 1045'* | *'ERROR 1698'*) ;; *)
			echo "$answer" >&2
			return 1
			;;
		esac
	}
	connected=yes
}

innodb_initialized() {
	[ "$(mariadb "${options[@]}" --skip-column-names --batch --execute="SELECT 1 FROM information_schema.ENGINES WHERE engine='innodb' AND support IN ('YES', 'DEFAULT', 'ENABLED')")" = 1 ]
}

innodb_buffer_pool_loaded() {
	case $(mariadb "${options[@]}" --skip-column-names --batch --execute="SELECT VARIABLE_VALUE FROM information_schema.GLOBAL_STATUS WHERE VARIABLE_NAME='Innodb_buffer_pool_load_status'") in
	*'load completed'* | *'not started'*) ;;
	*) return 1 ;;
	esac
}

[ $# -gt 0 ] || {
	echo 'At least one test is required: --connect, --innodb_initialized, --innodb_buffer_pool_loaded' >&2
	exit 1
}

for argument; do
	case $argument in
	--defaults-file=* | --defaults-extra-file=*) options=("$argument") ;;
	--no-defaults) options=(--no-defaults) ;;
	--datadir=*) datadir=${argument#*=} ;;
	--su-mysql) exec setpriv --reuid=mysql --regid=mysql --clear-groups "$BASH_SOURCE" "${@/#--su-mysql/--su=done}" ;;
	--su=done | --no-connect) [ "$argument" = --su=done ] || connected=yes ;;
	--connect | --innodb_initialized | --innodb_buffer_pool_loaded)
		login
		"${argument#--}" || {
			echo "healthcheck ${argument#--} failed" >&2
			exit 1
		}
		;;
	*)
		echo "Unknown healthcheck option $argument" >&2
		exit 1
		;;
	esac
done
[ -n "$connected" ] || login
[ -n "$connected" ] || connect
