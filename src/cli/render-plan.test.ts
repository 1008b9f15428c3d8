import { expect, it } from 'vitest';
import { bareHosts, planInput, worldAfter, worldOf } from '../../test/paper-world.ts';
import { planUp } from '../plan/index.ts';
import { renderPlan } from './render-plan.ts';

it('does not call a cluster as it should be while something that matters is unknown', async () => {
  const bare = worldOf(bareHosts());
  const input = await planInput(bare);
  const world = worldAfter(bare, planUp(input), input);
  expect(renderPlan(planUp(await planInput(world)))).toContain('Nothing to do: home is as the file says.');
  const unreachable = { unreachable: { what: 'the machine micro-2', reason: 'connection timed out', matters: true } };
  const text = renderPlan(planUp(await planInput({ ...world, hosts: { ...world.hosts, 'micro-2': unreachable } })));
  expect(text).toContain('the machine micro-2');
  expect(text).not.toContain('as the file says');
});
