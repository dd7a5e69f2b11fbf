// An administration held to the FAPI 2.0 Security Profile, openid-client 6: private_key_jwt, pushed requests, DPoP.
// Speaks one JSON object a line: configuration in, public keys out, client's name in, address out, callback in, what
// was received out.
import { createInterface } from 'node:readline';
import * as oidc from 'openid-client';

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const next = async () => JSON.parse((await lines.next()).value);
const say = (answer) => process.stdout.write(`${JSON.stringify(answer)}\n`);

const { privateKey, publicKey } = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify']);
const jwk = await crypto.subtle.exportKey('jwk', publicKey);
say({ jwks: { keys: [{ kty: jwk.kty, crv: jwk.crv, x: jwk.x, y: jwk.y, kid: 'node', use: 'sig', alg: 'ES256' }] } });

const given = await next();
const configuration = await oidc.discovery(
  new URL(given.issuer),
  given.client_id,
  { id_token_signed_response_alg: 'ES256', use_mtls_endpoint_aliases: false },
  oidc.PrivateKeyJwt(
    { key: privateKey, kid: 'node' },
    { [oidc.modifyAssertion]: (header, payload) => { payload.aud = given.aud ?? payload.aud; } },
  ),
  { execute: [oidc.allowInsecureRequests] },
);
const dpop = oidc.getDPoPHandle(configuration, await oidc.randomDPoPKeyPair('ES256'));
const verifier = oidc.randomPKCECodeVerifier();
const state = oidc.randomState();
const nonce = oidc.randomNonce();

try {
  const url = await oidc.buildAuthorizationUrlWithPAR(
    configuration,
    {
      redirect_uri: given.redirect_uri,
      scope: 'openid profile mandat',
      code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      authorization_details: JSON.stringify([{ type: 'mandat', demarches: ['logement'] }]),
      state,
      nonce,
    },
    { DPoP: dpop },
  );
  say({ url: url.href });
  const callback = new URL((await next()).callback);
  const tokens = await oidc.authorizationCodeGrant(
    configuration,
    callback,
    { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce, idTokenExpected: true },
    undefined,
    { DPoP: dpop },
  );
  const claims = tokens.claims();
  const identity = await oidc.fetchUserInfo(configuration, tokens.access_token, claims.sub, { DPoP: dpop });
  const introspection = await oidc.tokenIntrospection(configuration, tokens.access_token);
  await oidc.tokenRevocation(configuration, tokens.access_token);
  const after = await oidc.tokenIntrospection(configuration, tokens.access_token);
  say({ claims, identity, introspection, after, tokens: { ...tokens } });
} catch (error) {
  say({ error: error.error ?? error.code ?? error.message, description: error.error_description ?? String(error.cause ?? error) });
}
process.exit(0);
