// An administration's client, openid-client 6 with PKCE, from discovery alone.  Speaks one JSON object a line:
// configuration in, address out, callback in, what was received out.
import { createInterface } from 'node:readline';
import * as oidc from 'openid-client';

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const next = async () => JSON.parse((await lines.next()).value);
const say = (answer) => process.stdout.write(`${JSON.stringify(answer)}\n`);

const given = await next();
const methods = { client_secret_basic: oidc.ClientSecretBasic, client_secret_post: oidc.ClientSecretPost };
const configuration = await oidc.discovery(
  new URL(given.issuer),
  given.client_id,
  {
    client_secret: given.client_secret,
    id_token_signed_response_alg: given.id_token_alg,
    userinfo_signed_response_alg: given.userinfo_alg || undefined,
  },
  methods[given.auth_method](given.client_secret),
  { execute: [oidc.allowInsecureRequests], algorithm: given.algorithm },
);

const verifier = oidc.randomPKCECodeVerifier();
const state = oidc.randomState();
const nonce = oidc.randomNonce();
const url = oidc.buildAuthorizationUrl(configuration, {
  redirect_uri: given.redirect_uri,
  scope: 'openid profile email birth mandat',
  code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
  code_challenge_method: 'S256',
  max_age: '3600',
  state,
  nonce,
});
say({ url: url.href });

try {
  const callback = new URL((await next()).callback);
  const tokens = await oidc.authorizationCodeGrant(configuration, callback, {
    pkceCodeVerifier: verifier,
    expectedState: state,
    expectedNonce: nonce,
    maxAge: 3600,
    idTokenExpected: true,
  });
  const claims = tokens.claims();
  say({
    claims,
    identity: await oidc.fetchUserInfo(configuration, tokens.access_token, claims.sub),
    introspection: await oidc.tokenIntrospection(configuration, tokens.access_token),
    logout: oidc.buildEndSessionUrl(configuration, {
      id_token_hint: tokens.id_token,
      post_logout_redirect_uri: given.post_logout_redirect_uri,
      state,
    }).href,
    tokens: { ...tokens },
  });
} catch (error) {
  say({ error: error.error ?? error.code ?? error.message, description: error.error_description ?? error.message });
}
process.exit(0);
