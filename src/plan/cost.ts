import type { Money } from '../common/index.ts';
import type { Spec } from '../spec/index.ts';
import type { Cost } from './types.ts';

/** The bill a month. An ssh machine costs what the file says, and nothing when it says nothing. */
export function costOf(spec: Spec): Cost {
  const lines = spec.machines.map((machine) => ({
    what: machine.name,
    money: machine.price ?? ({ amount: 0, currency: 'EUR' } as const),
    note: machine.price ? 'as the file says' : 'a machine you have already; say `price:` to have it counted',
  }));
  const total = new Map<Money['currency'], number>();
  for (const { money } of lines) if (money.amount > 0) total.set(money.currency, (total.get(money.currency) ?? 0) + money.amount);
  return { total: [...total].sort().map(([currency, amount]) => ({ currency, amount: Math.round(amount * 100) / 100 })), lines };
}
