const warning =
  'See the Oracle-Provided Images section in the Oracle Cloud Infrastructure documentation for security impact of modifying or removing this rule';

/** Link-local destinations that the vendor's chain lets through: iSCSI, DNS, updates, metadata, DHCP, TFTP, NTP. */
const instanceServices = [
  '-d 169.254.0.2/32 -p tcp -m owner --uid-owner 0 -m tcp --dport 3260',
  '-d 169.254.2.0/24 -p tcp -m owner --uid-owner 0 -m tcp --dport 3260',
  '-d 169.254.4.0/24 -p tcp -m owner --uid-owner 0 -m tcp --dport 3260',
  '-d 169.254.5.0/24 -p tcp -m owner --uid-owner 0 -m tcp --dport 3260',
  '-d 169.254.0.2/32 -p tcp -m tcp --dport 80',
  '-d 169.254.169.254/32 -p udp -m udp --dport 53',
  '-d 169.254.169.254/32 -p tcp -m tcp --dport 53',
  '-d 169.254.0.3/32 -p tcp -m owner --uid-owner 0 -m tcp --dport 80',
  '-d 169.254.0.4/32 -p tcp -m tcp --dport 80',
  '-d 169.254.169.254/32 -p tcp -m tcp --dport 80',
  '-d 169.254.169.254/32 -p udp -m udp --dport 67',
  '-d 169.254.169.254/32 -p udp -m udp --dport 69',
  '-d 169.254.169.254/32 -p udp --dport 123',
];

const instanceRejects = [
  '-d 169.254.0.0/16 -p tcp -m tcp|-j REJECT --reject-with tcp-reset',
  '-d 169.254.0.0/16 -p udp -m udp|-j REJECT --reject-with icmp-port-unreachable',
];

/**
 * `/etc/iptables/rules.v4` of Oracle's Ubuntu images: everything but ssh, icmp and replies is rejected, nothing is
 * forwarded. Put together from published copies of running instances; the NTP rule is in most of them.
 */
export function oracleUbuntuRules(): string {
  const comment = `-m comment --comment "${warning}"`;
  return [
    '# CLOUD_IMG: This file was created/modified by the Cloud Image build process',
    '# iptables configuration for Oracle Cloud Infrastructure',
    '',
    '# See the Oracle-Provided Images section in the Oracle Cloud Infrastructure',
    '# documentation for security impact of modifying or removing these rule',
    '',
    '*filter',
    ':INPUT ACCEPT [0:0]',
    ':FORWARD ACCEPT [0:0]',
    ':OUTPUT ACCEPT [463:49013]',
    ':InstanceServices - [0:0]',
    '-A INPUT -m state --state RELATED,ESTABLISHED -j ACCEPT',
    '-A INPUT -p icmp -j ACCEPT',
    '-A INPUT -i lo -j ACCEPT',
    '-A INPUT -p udp --sport 123 -j ACCEPT',
    '-A INPUT -p tcp -m state --state NEW -m tcp --dport 22 -j ACCEPT',
    '-A INPUT -j REJECT --reject-with icmp-host-prohibited',
    '-A FORWARD -j REJECT --reject-with icmp-host-prohibited',
    '-A OUTPUT -d 169.254.0.0/16 -j InstanceServices',
    ...instanceServices.map((match) => `-A InstanceServices ${match} ${comment} -j ACCEPT`),
    ...instanceRejects.map((rule) => `-A InstanceServices ${rule.replace('|', ` ${comment} `)}`),
    'COMMIT',
    '',
  ].join('\n');
}
