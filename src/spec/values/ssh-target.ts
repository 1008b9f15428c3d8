import { type Read, show } from '../value.ts';
import { readText } from './text.ts';

/** Who and where ssh connects to. `target` is given to ssh as it is. */
export interface SshTarget {
  readonly target: string;
  readonly port?: number;
}

/** `user@host[:port]`, or an alias of the user's ssh config. IPv6 addresses stand in brackets, as in URLs. */
export function readSshTarget(input: unknown): Read<SshTarget> {
  const text = readText(input);
  if (!('value' in text)) return text;
  const match = /^(?:([^\s@:/[\]]+)@)?(\[[0-9a-f:.]+(?:%\w+)?\]|[^\s@:/[\]]+)(?::(\d{1,5}))?$/i.exec(text.value);
  // A leading dash would be an option of ssh.
  if (!match || /^-|@-/.test(text.value) || !/^[^'"`$;&|<>()\\!*?{}]*$/.test(text.value)) return refuse(text.value);
  const [, user, host = '', port] = match;
  if (port !== undefined && (Number(port) < 1 || Number(port) > 65535)) {
    return { wrong: `has a port out of range: ${show(text.value)}`, hint: 'write a port from 1 to 65535' };
  }
  const target = `${user === undefined ? '' : `${user}@`}${host.replace(/^\[|\]$/g, '')}`;
  return { value: port === undefined ? { target } : { target, port: Number(port) } };
}

function refuse(text: string): Read<SshTarget> {
  const wrong = `is not an ssh target: ${show(text)}`;
  const command = /^ssh:\/\/([^/]+)\/?$/.exec(text)?.[1] ?? /^ssh\s+(\S+)$/.exec(text)?.[1];
  if (command) return { wrong, hint: `write \`${command}\`` };
  const port = /^(?:ssh\s+)?(?:-p\s*(\d+)\s+(\S+@?\S+)|(\S+@\S+)\s+-p\s*(\d+))$/.exec(text);
  if (port) return { wrong, hint: `write \`${port[2] ?? port[3]}:${port[1] ?? port[4]}\`` };
  const ipv6 = /^(?:([^\s@]+)@)?([0-9a-f:]+:[0-9a-f:]*)$/i.exec(text);
  if (ipv6) return { wrong, hint: `put the IPv6 address in brackets: \`${ipv6[1] ? `${ipv6[1]}@` : ''}[${ipv6[2]}]\`` };
  return { wrong, hint: 'write `user@host`, `user@host:port`, or a name of your ssh config; put options there' };
}
