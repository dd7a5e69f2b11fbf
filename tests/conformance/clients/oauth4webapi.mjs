// An administration's client on oauth4webapi alone, step by step: pushed request, DPoP with its nonce, form_post answer.
// Speaks one JSON object a line: configuration in, address out, the form that came back in, what was received out.
import { createInterface } from 'node:readline';
import * as oauth from 'oauth4webapi';

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const next = async () => JSON.parse((await lines.next()).value);
const say = (answer) => process.stdout.write(`${JSON.stringify(answer)}\n`);

const given = await next();
const http = { [oauth.allowInsecureRequests]: true };
const issuer = new URL(given.issuer);
const as = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, http));
const client = { client_id: given.client_id };
const authentication = oauth.ClientSecretBasic(given.client_secret);
const DPoP = oauth.DPoP(client, await oauth.generateKeyPair('ES256'));
const verifier = oauth.generateRandomCodeVerifier();
const state = oauth.generateRandomState();
const nonce = oauth.generateRandomNonce();

const twice = async (ask) => {
  try {
    return await ask();
  } catch (error) {
    if (oauth.isDPoPNonceError(error)) return ask();
    throw error;
  }
};

try {
  const parameters = {
    redirect_uri: given.redirect_uri,
    response_type: 'code',
    response_mode: 'form_post',
    scope: 'openid email mandat',
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    state,
    nonce,
  };
  const pushed = await twice(async () =>
    oauth.processPushedAuthorizationResponse(
      as,
      client,
      await oauth.pushedAuthorizationRequest(as, client, authentication, parameters, { ...http, DPoP }),
    ));
  const url = new URL(as.authorization_endpoint);
  url.searchParams.set('client_id', client.client_id);
  url.searchParams.set('request_uri', pushed.request_uri);
  say({ url: url.href, expires_in: pushed.expires_in });

  const back = oauth.validateAuthResponse(as, client, new URLSearchParams((await next()).form), state);
  const tokens = await twice(async () =>
    oauth.processAuthorizationCodeResponse(
      as,
      client,
      await oauth.authorizationCodeGrantRequest(as, client, authentication, back, given.redirect_uri, verifier, { ...http, DPoP }),
      { expectedNonce: nonce, requireIdToken: true },
    ));
  const claims = oauth.getValidatedIdTokenClaims(tokens);
  const identity = await twice(async () =>
    oauth.processUserInfoResponse(
      as,
      client,
      claims.sub,
      await oauth.userInfoRequest(as, client, tokens.access_token, { ...http, DPoP }),
    ));
  say({ claims, identity, token_type: tokens.token_type });
} catch (error) {
  say({ error: error.error ?? error.code ?? error.message, description: error.error_description ?? String(error.cause ?? error) });
}
process.exit(0);
