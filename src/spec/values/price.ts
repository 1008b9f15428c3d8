import type { Money } from '../../common/index.ts';
import { kindOf, type Read, show } from '../value.ts';

const monthly = { month: 1, mo: 1, m: 1, year: 1 / 12, y: 1 / 12, hour: 730, h: 730 } as const;

/** A price a month, net of VAT: `4.50 EUR/month`. Other periods are refused with the sum done. */
export function readPrice(input: unknown): Read<Money> {
  if (typeof input === 'number') return { wrong: `needs a currency: ${show(input)}`, hint: `write \`${input} EUR/month\`` };
  if (typeof input !== 'string') return { wrong: `should be a price like \`4.50 EUR/month\`, but is ${kindOf(input)}` };
  const match = /^([€$]?)\s*(\d+(?:[.,]\d+)?)\s*(EUR|USD|€|\$)?\s*(?:(?:\/|per |a )\s*(month|mo|m|year|y|hour|h))?$/i.exec(input.trim());
  const sign = match?.[1] || match?.[3];
  if (/^free$/i.test(input)) return { wrong: 'is not a price: `free`', hint: 'remove the line: free is what holds without it' };
  if (!match || !sign) return { wrong: `is not a price: ${show(input)}`, hint: 'write it like `4.50 EUR/month` (EUR or USD, without VAT)' };
  const currency = /^(€|eur)$/i.test(sign) ? 'EUR' : 'USD';
  const amount = Number((match[2] ?? '').replace(',', '.'));
  const period = (match[4] ?? '').toLowerCase() as keyof typeof monthly | '';
  if (period !== 'month') {
    const sum = (amount * (period === '' ? 1 : monthly[period])).toFixed(2);
    return { wrong: `should be a price a month, not ${show(input)}`, hint: `write \`${sum} ${currency}/month\`` };
  }
  return { value: { amount, currency } };
}
