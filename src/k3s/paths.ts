/** Where K3s keeps its configuration; removed by its uninstall script. */
export const configDir = '/etc/rancher/k3s';
/** Secrets are in files of their own, so that config.yaml can be read and compared without being one. */
export const serverTokenFile = `${configDir}/server-token`;
export const agentTokenFile = `${configDir}/agent-token`;
/** The API's port, and the agents' way in. */
export const apiPort = 6443;
/** What this room knows a node's unit as. */
export const unitOf = (role: 'server' | 'agent'): string => (role === 'server' ? 'k3s' : 'k3s-agent');
