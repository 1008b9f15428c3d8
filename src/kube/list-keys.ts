/** What tells the items of a list apart, by the list's field name (the API's own merge keys). */
const keys: Readonly<Record<string, readonly string[]>> = {
  containers: ['name'],
  initContainers: ['name'],
  ephemeralContainers: ['name'],
  volumes: ['name'],
  env: ['name'],
  imagePullSecrets: ['name'],
  volumeMounts: ['mountPath'],
  volumeDevices: ['devicePath'],
  hostAliases: ['ip'],
  ownerReferences: ['uid'],
  topologySpreadConstraints: ['topologyKey', 'whenUnsatisfiable'],
};

type Item = Readonly<Record<string, unknown>>;

/** The fields that identify an item of the list called `field`; undefined for lists that are one value. */
export function listKeys(field: string, items: readonly unknown[]): readonly string[] | undefined {
  // Containers and Services both say `ports`.
  if (field === 'ports')
    return items.some((item) => isObject(item) && 'containerPort' in item) ? ['containerPort', 'protocol'] : ['port', 'protocol'];
  return keys[field];
}

/** The identity of one item, as a text to compare and to show: `web`, `80/TCP`. */
export function itemKey(item: unknown, by: readonly string[]): string {
  if (!isObject(item)) return String(item);
  // The protocol of a port is TCP when nothing is said.
  return by.map((key) => String(item[key] ?? (key === 'protocol' ? 'TCP' : ''))).join('/');
}

/** Plain object, not a list, not a class. */
export function isObject(value: unknown): value is Item {
  if (value === null || typeof value !== 'object') return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
