// FranceConnect's own client, openid-client 5.7.0, configured as PROTOCOLS §1 tells: built afresh for each operation, no
// cache, 6 s a call, no clock tolerance, no PKCE.  Speaks one JSON object a line: configuration in, address out,
// callback in, what was received out.
import { randomBytes } from 'node:crypto';
import { createInterface } from 'node:readline';
import { Issuer, custom } from 'openid-client-5';

custom.setHttpOptionsDefaults({ timeout: 6000 });
const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const next = async () => JSON.parse((await lines.next()).value);
const say = (answer) => process.stdout.write(`${JSON.stringify(answer)}\n`);

const given = await next();

const freshClient = async () => {
  const issuer = given.discovery
    ? await Issuer.discover(given.issuer)
    : new Issuer({
        issuer: given.issuer,
        authorization_endpoint: `${given.issuer}/authorize`,
        token_endpoint: `${given.issuer}/token`,
        userinfo_endpoint: `${given.issuer}/userinfo`,
        end_session_endpoint: `${given.issuer}/end_session`,
        jwks_uri: `${given.issuer}/jwks`,
      });
  const client = new issuer.Client({
    client_id: given.client_id,
    client_secret: given.client_secret,
    redirect_uris: [given.redirect_uri],
    post_logout_redirect_uris: [given.post_logout_redirect_uri],
    response_types: ['code'],
    token_endpoint_auth_method: 'client_secret_post',
    id_token_signed_response_alg: given.id_token_alg,
    userinfo_signed_response_alg: given.userinfo_alg || undefined,
  });
  client[custom.clock_tolerance] = 0;
  return client;
};

const state = randomBytes(32).toString('hex');
const nonce = randomBytes(32).toString('hex');
say({
  url: (await freshClient()).authorizationUrl({
    scope: 'openid profile email birth',
    redirect_uri: given.redirect_uri,
    response_type: 'code',
    acr_values: 'eidas1',
    nonce,
    state,
    prompt: 'login',
    claims: JSON.stringify({ id_token: { rep_scope: { essential: true, values: given.rep_scope } } }),
  }),
});

try {
  let client = await freshClient();
  const parameters = client.callbackParams((await next()).callback);
  client = await freshClient();
  const tokens = await client.callback(given.redirect_uri, parameters, { state, nonce, response_type: 'code' });
  client = await freshClient();
  const identity = await client.userinfo(tokens.access_token);
  say({
    claims: tokens.claims(),
    identity,
    tokens: { ...tokens },
    logout: (await freshClient()).endSessionUrl({ id_token_hint: tokens.id_token, state }),
  });
} catch (error) {
  say({ error: error.error ?? error.message, description: error.error_description });
}
process.exit(0);
