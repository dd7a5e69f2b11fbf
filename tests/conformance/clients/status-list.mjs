// A verifier's reading of a Token Status List: @sd-jwt/jwt-status-list.  A token and indexes in, statuses out.
import { createInterface } from 'node:readline';
import { getListFromStatusListJWT } from '@sd-jwt/jwt-status-list';

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
for (;;) {
  const { value, done } = await lines.next();
  if (done) break;
  const { token, indexes } = JSON.parse(value);
  const list = getListFromStatusListJWT(token);
  process.stdout.write(`${JSON.stringify({ statuses: indexes.map((index) => list.getStatus(index)) })}\n`);
}
