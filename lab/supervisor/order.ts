import { request } from 'node:http';
import { connect } from 'node:net';
import { labPaths } from '../config.ts';
import type { ControlOrder } from './control.ts';

/** Sends an order to the running lab's supervisor and waits until it is carried out. Throws with the supervisor's words. */
export function sendOrder(order: ControlOrder): Promise<void> {
  return new Promise((resolve, reject) => {
    const call = request({ socketPath: labPaths().control, method: 'POST', path: '/' }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (text: string) => {
        body += text;
      });
      response.on('end', () => {
        if (response.statusCode === 200) {
          resolve();
        } else {
          reject(new Error((JSON.parse(body) as { message: string }).message));
        }
      });
    });
    call.once('error', (cause) => reject(new Error(`the lab does not answer; is it up? Its log: ${labPaths().log}`, { cause })));
    call.end(JSON.stringify(order));
  });
}

/** Whether a supervisor answers at all. */
export function supervisorAnswers(): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(labPaths().control, () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
