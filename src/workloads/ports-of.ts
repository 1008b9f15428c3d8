import type { Service } from '../compose/index.ts';
import type { Platforms } from '../images/index.ts';

/** A port a service listens on, by its number inside the container. */
export interface ContainerPort {
  readonly port: number;
  readonly protocol: 'tcp' | 'udp';
}

/**
 * What a service listens on: `ports` and `expose` of the Compose file, then EXPOSE of the image,
 * each once, in that order. The published number does not matter: in Compose, too, other services
 * use the one inside.
 */
export function portsOf(service: Service, platforms: Platforms | undefined): readonly ContainerPort[] {
  const written = [...service.ports, ...service.expose].map(({ target, protocol }): ContainerPort => ({ port: target, protocol }));
  const exposed = (platforms?.exposed ?? []).flatMap((text): ContainerPort[] => {
    const match = /^(\d+)\/(tcp|udp)$/.exec(text);
    return match ? [{ port: Number(match[1]), protocol: match[2] as 'tcp' | 'udp' }] : [];
  });
  return [...new Map([...written, ...exposed].map((port) => [portName(port), port])).values()];
}

/** `tcp-8080`: the name of a port in a Service. */
export function portName({ port, protocol }: ContainerPort): string {
  return `${protocol}-${port}`;
}
