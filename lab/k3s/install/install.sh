#!/bin/sh
# Installs the lab's stand-in for K3s the way K3s' own script does: the same variables, files, unit text,
# restart rule, messages and clean-up scripts, so that what drives it cannot tell them apart.
# What is left out on purpose (OpenRC, SELinux packages, builds by pull request) is listed in ../README.md.
#
#   INSTALL_K3S_SKIP_DOWNLOAD=true sh install.sh server --flag …
#   K3S_URL=https://…:6443 K3S_TOKEN=… sh install.sh
set -e

info() { printf '[INFO]  %s\n' "$*"; }
warn() { printf '[WARN]  %s\n' "$*" >&2; }
fatal() { printf '[ERROR]  %s\n' "$*" >&2; exit 1; }
have() { command -v "$1" >/dev/null 2>&1; }

# Wraps a value in single quotes, for a shell, a systemd unit and an environment file alike.
quoted() { printf '%s\n' "$1" | sed "s/'/'\"'\"'/g; 1s/^/'/; \$s/\$/'/"; }

# Every change goes through here, so that a user with sudo can run the script too.
root() { $SUDO "$@"; }
write_root() { root tee "$1" >/dev/null; }

# --- what was asked for ------------------------------------------------------------------------

check_supervisor() {
    [ ! -x /sbin/openrc-run ] || fatal 'OpenRC hosts are not covered by the stand-in'
    have systemctl || fatal 'Can not find systemd or openrc to use as a process supervisor for k3s'
    case "$K3S_URL" in
        '' | https://*) ;;
        *) fatal "Only https:// URLs are supported for K3S_URL (have $K3S_URL)" ;;
    esac
    [ -z "$INSTALL_K3S_COMMIT$INSTALL_K3S_PR" ] || fatal 'INSTALL_K3S_COMMIT and INSTALL_K3S_PR are not covered by the stand-in'
}

# choose_role ARG…: the first word that is no flag is the command; without one, K3S_URL decides.
choose_role() {
    case "$1" in
        -* | '')
            if [ -z "$K3S_URL" ]; then
                ROLE=server
            elif [ -z "$K3S_TOKEN$K3S_TOKEN_FILE" ]; then
                fatal "Defaulted k3s exec command to 'agent' because K3S_URL is defined, but K3S_TOKEN or K3S_TOKEN_FILE is not defined."
            else
                ROLE=agent
            fi
            ;;
        *) ROLE=$1; shift ;;
    esac
    ARGUMENT_LINES=$(for argument in "$@"; do printf '\t%s \\\n' "$(quoted "$argument")"; done)

    if [ -n "$INSTALL_K3S_NAME" ]; then
        NAME=k3s-$INSTALL_K3S_NAME
    elif [ "$ROLE" = server ]; then
        NAME=k3s
    else
        NAME=k3s-$ROLE
    fi
    case "$NAME" in *[!A-Za-z0-9.:@+,~^-]*) fatal "Invalid characters for system name: $NAME" ;; esac
}

choose_paths() {
    if [ -n "$INSTALL_K3S_BIN_DIR" ]; then
        BIN_DIR=$INSTALL_K3S_BIN_DIR
    else
        BIN_DIR=/usr/local/bin
        if [ -d /opt/bin ] && ! root sh -c "touch $BIN_DIR/.k3s-write && rm -f $BIN_DIR/.k3s-write" 2>/dev/null; then
            BIN_DIR=/opt/bin
        fi
    fi
    SYSTEMD_DIR=${INSTALL_K3S_SYSTEMD_DIR:-/etc/systemd/system}
    UNIT=$SYSTEMD_DIR/$NAME.service
    ENV_FILE=$UNIT.env
    KILLALL=${KILLALL_K3S_SH:-$BIN_DIR/k3s-killall.sh}
    UNINSTALL=${UNINSTALL_K3S_SH:-$BIN_DIR/$NAME-uninstall.sh}
    if [ "$INSTALL_K3S_BIN_DIR_READ_ONLY" = true ]; then INSTALL_K3S_SKIP_DOWNLOAD=true; fi
}

# What a restart depends on. A changed config.yaml is none of it.
fingerprint() { root sha256sum "$BIN_DIR/k3s" "$UNIT" "$ENV_FILE" 2>&1 || true; }

# --- the binary --------------------------------------------------------------------------------

fetch() { # URL FILE
    if have curl; then curl -fsSL -o "$2" "$1"; else wget -qO "$2" "$1"; fi || fatal "Download failed: $1"
}

# The release: named, or where the channel's address leads.
choose_release() {
    RELEASE=$INSTALL_K3S_VERSION
    if [ -z "$RELEASE" ]; then
        channel=${INSTALL_K3S_CHANNEL_URL:-https://update.k3s.io/v1-release/channels}/${INSTALL_K3S_CHANNEL:-stable}
        info "Finding release for channel ${INSTALL_K3S_CHANNEL:-stable}"
        if have curl; then
            target=$(curl -sSLw '%{url_effective}' -o /dev/null "$channel") || fatal "Download failed: $channel"
        else
            target=$(wget -SqO /dev/null "$channel" 2>&1 | sed -n 's/^ *[Ll]ocation: *//p' | tail -n 1)
        fi
        RELEASE=$(printf '%s' "${target##*/}" | sed 's/%2[Bb]/+/g')
        [ -n "$RELEASE" ] || fatal "No release found at $channel"
    fi
    info "Using $RELEASE as release"
}

download_binary() {
    have curl || have wget || fatal 'Can not find curl or wget for downloading files'
    case "${ARCH:-$(uname -m)}" in
        amd64 | x86_64) ARCH=amd64 SUFFIX= ;;
        arm64 | aarch64) ARCH=arm64 SUFFIX=-arm64 ;;
        s390x) ARCH=s390x SUFFIX=-s390x ;;
        arm*) ARCH=arm SUFFIX=-armhf ;;
        *) fatal "Unsupported architecture ${ARCH:-$(uname -m)}" ;;
    esac
    choose_release
    base=${GITHUB_URL:-https://github.com/k3s-io/k3s/releases}/download/$(printf '%s' "$RELEASE" | sed 's/+/%2B/g')
    TMP=$(mktemp -d -t k3s-install.XXXXXXXXXX)
    trap 'rm -rf "$TMP"' EXIT
    trap 'exit 130' INT TERM

    info "Downloading hash $base/sha256sum-$ARCH.txt"
    fetch "$base/sha256sum-$ARCH.txt" "$TMP/hashes"
    wanted=$(sed -n "s/^\([0-9a-f]\{64\}\) .*[ *]k3s$SUFFIX\$/\1/p; s/^\([0-9a-f]\{64\}\) k3s$SUFFIX\$/\1/p" "$TMP/hashes" | head -n 1)
    installed=$(sha256sum "$BIN_DIR/k3s" 2>/dev/null | cut -d' ' -f1)
    if [ -x "$BIN_DIR/k3s" ] && [ "$installed" = "$wanted" ]; then
        info 'Skipping binary downloaded, installed k3s matches hash'
        return
    fi
    info "Downloading binary $base/k3s$SUFFIX"
    fetch "$base/k3s$SUFFIX" "$TMP/k3s"
    info 'Verifying binary download'
    got=$(sha256sum "$TMP/k3s" | cut -d' ' -f1)
    [ "$got" = "$wanted" ] || fatal "Download sha256 does not match ${wanted:-an entry for k3s$SUFFIX}, got $got"
    info "Installing k3s to $BIN_DIR/k3s"
    chmod 755 "$TMP/k3s"
    root chown root:root "$TMP/k3s"
    root mv -f "$TMP/k3s" "$BIN_DIR/k3s"
}

provide_binary() {
    case "$INSTALL_K3S_SKIP_DOWNLOAD" in
        true | binary)
            info 'Skipping k3s download and verify'
            [ -x "$BIN_DIR/k3s" ] || fatal "Executable k3s binary not found at $BIN_DIR/k3s"
            ;;
        *) download_binary ;;
    esac
    case "$INSTALL_K3S_SKIP_DOWNLOAD" in true | selinux) info 'Skipping installation of SELinux RPM' ;; esac
}

create_links() {
    [ "$INSTALL_K3S_SYMLINK" != skip ] || return 0
    for tool in kubectl crictl ctr; do
        elsewhere=$(command -v "$tool" || true)
        if [ "$INSTALL_K3S_SYMLINK" != force ] && { [ -e "$BIN_DIR/$tool" ] || [ -L "$BIN_DIR/$tool" ]; }; then
            info "Skipping $BIN_DIR/$tool symlink to k3s, already exists"
        elif [ "$INSTALL_K3S_SYMLINK" != force ] && [ -n "$elsewhere" ]; then
            info "Skipping $BIN_DIR/$tool symlink to k3s, command exists in PATH at $elsewhere"
        else
            info "Creating $BIN_DIR/$tool symlink to k3s"
            root ln -sf k3s "$BIN_DIR/$tool"
        fi
    done
}

# --- the clean-up scripts ----------------------------------------------------------------------

create_killall() {
    info "Creating killall script $KILLALL"
    write_root "$KILLALL" <<'KILLALL_SCRIPT'
#!/bin/sh
# Stops K3s and everything it started on this host; keeps units, binary, configuration and data.
[ "$(id -u)" = 0 ] || exec sudo --preserve-env=K3S_DATA_DIR "$0" "$@"
K3S_DATA_DIR=${K3S_DATA_DIR:-/var/lib/rancher/k3s}

for unit in /etc/systemd/system/k3s*.service; do
    if [ -s "$unit" ]; then systemctl stop "$(basename "$unit")"; fi
done
for script in /etc/init.d/k3s*; do
    if [ -x "$script" ]; then "$script" stop; fi
done

# Prints the given processes and all below them.
family() {
    for parent in "$@"; do
        echo "$parent"
        # shellcheck disable=SC2046 # one word per process is wanted
        family $(ps -e -o ppid= -o pid= | awk -v p="$parent" '$1 == p { print $2 }')
    done
}
shims=$(ps -e -o pid= -o args= | awk -v data="$K3S_DATA_DIR/data/" '
    index($2, data) == 1 && substr($2, length(data) + 1) ~ /^[^\/]*\/bin\/containerd-shim/ { print $1 }')
# shellcheck disable=SC2086,SC2046
if [ -n "$shims" ]; then kill -9 $(family $shims) 2>/dev/null; fi

# Unmounts what lies under a prefix, deepest first, and deletes the emptied mount points.
unmount_below() {
    awk -v prefix="$1" 'index($2, prefix) == 1 { print $2 }' /proc/self/mounts | sort -r | while read -r point; do
        # A path can be mounted twice: what is still a mount holds data, not an emptied mount point.
        grep -qF " $point " /proc/self/mounts || continue
        umount -f "$point" && ! grep -qF " $point " /proc/self/mounts && rm -rf "$point"
    done
}
unmount_below /run/k3s
unmount_below /var/lib/kubelet/pods
unmount_below /var/lib/kubelet/plugins
unmount_below /run/netns/cni-

ip netns show 2>/dev/null | awk '/^cni-/ { print $1 }' | while read -r netns; do ip netns delete "$netns"; done
ip -o link show master cni0 2>/dev/null | awk '{ sub(/[:@].*/, "", $2); print $2 }' | while read -r link; do
    ip link delete "$link"
done
for link in cni0 flannel.1 flannel-v6.1 kube-ipvs0 flannel-wg flannel-wg-v6; do
    ip link delete "$link" 2>/dev/null
done
rm -rf /var/lib/cni/

for tables in iptables ip6tables; do
    command -v $tables-save >/dev/null 2>&1 || continue
    $tables-save | grep -v KUBE- | grep -v CNI- | grep -iv flannel | $tables-restore
done
if command -v tailscale >/dev/null 2>&1; then tailscale set --advertise-routes=; fi
exit 0
KILLALL_SCRIPT
    root chown root:root "$KILLALL"
    root chmod 755 "$KILLALL"
}

create_uninstall() {
    info "Creating uninstall script $UNINSTALL"
    {
        printf '#!/bin/sh\n# Removes %s from this host. The node password in /etc/rancher/node stays.\n' "$NAME"
        printf 'SELF=%s\nNAME=%s\nUNIT=%s\nENV_FILE=%s\nBIN_DIR=%s\nKILLALL=%s\n' "$UNINSTALL" "$NAME" "$UNIT" "$ENV_FILE" "$BIN_DIR" "$KILLALL"
        cat <<'UNINSTALL_SCRIPT'
[ "$(id -u)" = 0 ] || exec sudo --preserve-env=K3S_DATA_DIR "$0" "$@"
K3S_DATA_DIR=${K3S_DATA_DIR:-/var/lib/rancher/k3s}

"$KILLALL"
systemctl disable "$NAME"
systemctl reset-failed "$NAME"
systemctl daemon-reload
rm -f "$UNIT" "$ENV_FILE"
trap 'rm -f "$SELF"' EXIT

for other in "$(dirname "$UNIT")"/k3s*.service /etc/init.d/k3s*; do
    if [ -e "$other" ]; then
        echo 'Additional k3s services installed, skipping uninstall of k3s'
        exit 0
    fi
done

for tool in kubectl crictl ctr; do
    if [ -L "$BIN_DIR/$tool" ]; then rm -f "$BIN_DIR/$tool"; fi
done

# Is something mounted at this path, or below it?
mounted() { awk -v at="$1" '$2 == at { hit = 1 } END { exit !hit }' /proc/self/mounts; }
mounted_below() { awk -v at="$1/" 'index($2, at) == 1 { hit = 1 } END { exit !hit }' /proc/self/mounts; }
# Deletes a tree but neither enters nor removes what is mounted inside it: that is somebody's data.
remove_around_mounts() {
    if mounted "$1"; then return; fi
    if [ -L "$1" ] || [ ! -d "$1" ] || ! mounted_below "$1"; then rm -rf "$1"; return; fi
    find "$1" -mindepth 1 -maxdepth 1 | while read -r entry; do remove_around_mounts "$entry"; done
}
# The data directory itself may be a mount: emptied, then kept.
if mounted "$K3S_DATA_DIR"; then
    find "$K3S_DATA_DIR" -mindepth 1 -maxdepth 1 | while read -r entry; do remove_around_mounts "$entry"; done
else
    remove_around_mounts "$K3S_DATA_DIR"
fi
rm -rf /etc/rancher/k3s /run/k3s /run/flannel /var/lib/kubelet
rm -f "$BIN_DIR/k3s" "$KILLALL"
UNINSTALL_SCRIPT
    } | write_root "$UNINSTALL"
    root chown root:root "$UNINSTALL"
    root chmod 755 "$UNINSTALL"
}

# --- the service -------------------------------------------------------------------------------

remove_old_service() {
    root systemctl disable "$NAME" >/dev/null 2>&1 || true
    # Always this folder, wherever the new unit goes: a unit left here would win over it.
    root rm -f "/etc/systemd/system/$NAME.service" "/etc/systemd/system/$NAME.service.env"
}

# Prints NAME='value' for each exported variable whose upper-cased name matches.
exported() { # EXTENDED-REGEX as-is|any-case
    awk -v pattern="$1" -v mode="$2" 'BEGIN {
        for (name in ENVIRON) if ((mode == "any-case" ? toupper(name) : name) ~ pattern && name ~ /^[A-Za-z_][A-Za-z_0-9]*$/) print name
    }' | sort | while read -r name; do
        eval "value=\$$name"
        # shellcheck disable=SC2154 # set by eval
        printf '%s=%s\n' "$name" "$(quoted "$value")"
    done
}

create_env_file() {
    info "env: Creating environment file $ENV_FILE"
    root touch "$ENV_FILE"
    root chmod 0600 "$ENV_FILE"
    {
        exported '^(K3S|CONTAINERD)_' as-is
        exported '^(NO|HTTP|HTTPS)_PROXY' any-case
    } | write_root "$ENV_FILE"
}

create_unit() {
    info "systemd: Creating service file $UNIT"
    {
        cat <<UNIT_TEXT
[Unit]
Description=Lightweight Kubernetes
Documentation=https://k3s.io
Wants=network-online.target
After=network-online.target

[Install]
WantedBy=multi-user.target

[Service]
Type=${INSTALL_K3S_TYPE:-notify}
EnvironmentFile=-/etc/default/%N
EnvironmentFile=-/etc/sysconfig/%N
EnvironmentFile=-$ENV_FILE
KillMode=process
Delegate=yes
User=root
LimitNOFILE=1048576
LimitNPROC=infinity
LimitCORE=infinity
TasksMax=infinity
TimeoutStartSec=0
Restart=always
RestartSec=5s
ExecStartPre=-/sbin/modprobe br_netfilter
ExecStartPre=-/sbin/modprobe overlay
ExecStart=$BIN_DIR/k3s \\
    $ROLE \\
UNIT_TEXT
        [ -z "$ARGUMENT_LINES" ] || printf '%s\n' "$ARGUMENT_LINES"
        echo
    } | write_root "$UNIT"
}

# Rules an earlier run left would lead to pods that are gone.
drop_stale_rules() {
    for tables in iptables ip6tables; do
        if ! have "$tables-save" || ! have "$tables-restore" || ! root "$tables-save" >/dev/null 2>&1; then continue; fi
        root "$tables-save" 2>/dev/null | grep -v KUBE- | grep -iv flannel | root "$tables-restore" || true
    done
}

has_memory_cgroup() {
    grep -qw memory /sys/fs/cgroup/cgroup.controllers 2>/dev/null || grep -q '^memory.*1$' /proc/cgroups 2>/dev/null
}

enable_and_start() {
    has_memory_cgroup || info 'Failed to find memory cgroup, you may need to add "cgroup_memory=1 cgroup_enable=memory" to your linux cmdline'
    [ "$INSTALL_K3S_SKIP_ENABLE" != true ] || return 0
    info "systemd: Enabling $NAME unit"
    root systemctl enable "$UNIT" >/dev/null
    root systemctl daemon-reload >/dev/null
    [ "$INSTALL_K3S_SKIP_START" != true ] || return 0
    if [ "$BEFORE" = "$(fingerprint)" ] && [ "$INSTALL_K3S_FORCE_RESTART" != true ]; then
        info 'No change detected so skipping service start'
        return 0
    fi
    drop_stale_rules
    info "systemd: Starting $NAME"
    root systemctl restart "$NAME" # returns when the service says READY
}

SUDO=
[ "$(id -u)" = 0 ] || SUDO=sudo

# INSTALL_K3S_EXEC is split into words with quotes respected but nothing expanded, so no eval.
if [ -n "$(printf %s "$INSTALL_K3S_EXEC" | tr -d ' \t\n')" ]; then
    EXEC_WORDS=$(printf '%s' "$INSTALL_K3S_EXEC" | xargs -n 1 printf '%s\n')
    position=$#
    set -f
    OLD_IFS=$IFS
    IFS='
'
    # shellcheck disable=SC2086 # split at line ends only
    set -- "$@" $EXEC_WORDS
    IFS=$OLD_IFS
    set +f
    # The words were put last to keep the script's own arguments whole: turn them to the front.
    while [ "$position" -gt 0 ]; do set -- "$@" "$1"; shift; position=$((position - 1)); done
fi

check_supervisor
choose_role "$@"
choose_paths
BEFORE=$(fingerprint)
provide_binary
if [ "$INSTALL_K3S_BIN_DIR_READ_ONLY" != true ]; then
    create_links
    create_killall
    create_uninstall
fi
remove_old_service
create_env_file
create_unit
enable_and_start
