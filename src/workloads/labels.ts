/** Who made an object, on everything farthing makes for an app. `service` is absent on what belongs to the app as a whole. */
export function labelsOf(app: string, clusterId: string, service?: string): Readonly<Record<string, string>> {
  return {
    ...(service === undefined ? {} : { 'app.kubernetes.io/name': service }),
    'app.kubernetes.io/part-of': app,
    'app.kubernetes.io/managed-by': 'farthing',
    'farthing.dev/app': app,
    'farthing.dev/cluster': clusterId,
  };
}

/** What finds the pods of a service; never changes, as a Deployment's selector cannot. */
export function selectorOf(app: string, service: string): Record<string, string> {
  return { 'app.kubernetes.io/name': service, 'app.kubernetes.io/part-of': app };
}
