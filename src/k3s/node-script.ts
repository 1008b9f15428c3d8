/**
 * Makes a host a node, or puts its configuration back: files, installer, start, waiting. Exit 20:
 * the unit did not become active in time, 21: its process ends again and again, 22: the server is up but not ready;
 * the journal's last lines are printed then. $1 server|agent, $2 install|keep, $3 seconds to wait, $4 node name.
 * Files: config.yaml, registries.yaml (may be absent), agent-token (agents), others/… with their paths in others.list.
 */
export const nodeScript = `
set -eu
say() { echo "@ $1"; }
# Its cache would be left in root's home.
kube() { /usr/local/bin/k3s kubectl --cache-dir=/var/lib/farthing/kubectl "$@"; }
role=$1 install=$2 seconds=$3 node=$4
unit=k3s
[ "$role" = server ] || unit=k3s-agent
conf=/etc/rancher/k3s
mkdir -p "$conf"

put() { # FROM TO: mode 0600, atomically, only when it differs
    if cmp -s "$1" "$2"; then chmod 0600 "$2"; return 0; fi
    temp=$(mktemp "$conf/.farthing.XXXXXXXX")
    cat "$1" > "$temp"
    sync "$temp"
    mv -f "$temp" "$2"
}
secret() { # FILE: random, made once and only here
    if [ ! -s "$1" ]; then
        od -An -vtx1 -N 32 /dev/urandom | tr -d ' \\n' > "$FILES/secret"
        put "$FILES/secret" "$1"
    fi
}
put "$FILES/config.yaml" $conf/config.yaml
if [ -e "$FILES/registries.yaml" ]; then put "$FILES/registries.yaml" $conf/registries.yaml; else rm -f $conf/registries.yaml; fi
while read -r name path; do put "$FILES/$name" "$path"; done < "$FILES/others.list"
if [ "$role" = server ]; then
    secret $conf/server-token
    secret $conf/agent-token
else
    put "$FILES/agent-token" $conf/agent-token
fi

if [ "$install" = install ]; then
    say 'installing the unit'
    INSTALL_K3S_SKIP_DOWNLOAD=true INSTALL_K3S_SKIP_START=true INSTALL_K3S_SELINUX_WARN=true \\
        sh /var/lib/farthing/k3s-install.sh "$role" > "$FILES/install.log" 2>&1 || { cat "$FILES/install.log"; exit 1; }
    cat /etc/systemd/system/$unit.service /etc/systemd/system/$unit.service.env |
        sha256sum | cut -c1-64 > /var/lib/farthing/unit.new
    mv -f /var/lib/farthing/unit.new /var/lib/farthing/unit.sha256
fi

show() { systemctl show -p "$1" --value $unit; }
before=$(show InvocationID)
systemctl reset-failed $unit 2>/dev/null || true
# Not waited for by systemd: a node that cannot join would hang here for ever.
systemctl restart --no-block $unit
say "starting $unit"
end=$(($(date +%s) + seconds))
started=$(date +%s) checked=$(date +%s)
# Refusals that time does not cure, though K3s tries again for ever.
refused() {
    [ $(($(date +%s) - checked)) -ge 4 ] || return 1
    checked=$(date +%s)
    [ "$(journalctl -u $unit --no-pager -o cat --since "@$started" 2>/dev/null |
        grep -c -e 'Node password rejected' -e '401 Unauthorized' -e 'token CA hash does not match')" -ge 3 ]
}
explain() { journalctl -u $unit --no-pager -o cat -n 80 2>/dev/null; exit "$1"; }
until [ "$(show ActiveState)" = active ] && [ "$(show InvocationID)" != "$before" ]; do
    [ "$(date +%s)" -lt "$end" ] || explain 20
    tries=$(show NRestarts)
    [ "$tries" -lt 6 ] || explain 21
    if refused; then explain 20; fi
    sleep 0.2
done
[ "$role" = server ] || exit 0

say 'waiting for the API'
until [ "$(kube get --raw=/readyz 2>/dev/null)" = ok ]; do
    [ "$(date +%s)" -lt "$end" ] || explain 22
    sleep 0.3
done
say "waiting for node $node"
until [ "$(kube get node "$node" -o 'jsonpath={.status.conditions[?(@.type=="Ready")].status}' 2>/dev/null)" = True ]; do
    [ "$(date +%s)" -lt "$end" ] || explain 22
    sleep 0.3
done
`;
