// A verifier's reading of the credential: @sd-jwt/sd-jwt-vc.  A presentation, keys, documents by address in; claims out.
import { createHash, createPublicKey, verify } from 'node:crypto';
import { createInterface } from 'node:readline';
import { SDJwtVcInstance } from '@sd-jwt/sd-jwt-vc';

const hasher = (data, alg) => new Uint8Array(createHash(alg.replace('-', '')).update(Buffer.from(data)).digest());

function signedBy(jwks) {
  return (data, signature) => jwks.some((jwk) => {
    const key = { key: createPublicKey({ key: jwk, format: 'jwk' }), dsaEncoding: 'ieee-p1363' };
    return verify('sha256', Buffer.from(data), key, Buffer.from(signature, 'base64url'));
  });
}

async function read({ presentation, keys, documents, nonce, now }) {
  const fetched = async (uri) => documents[uri] ?? Promise.reject(new Error(`nothing at ${uri}`));
  const reader = new SDJwtVcInstance({
    hasher,
    hashAlg: 'sha-256',
    verifier: signedBy(keys),
    statusVerifier: signedBy(keys),
    kbVerifier: (data, signature, payload) => signedBy([payload.cnf.jwk])(data, signature),
    statusListFetcher: fetched,
    vctFetcher: fetched,
    loadTypeMetadataFormat: true,
  });
  const found = await reader.verify(presentation, { currentDate: now, keyBindingNonce: nonce });
  return { claims: found.payload, bound: found.kb?.payload, type: found.typeMetadata ?? null };
}

for await (const line of createInterface({ input: process.stdin })) {
  const answer = await read(JSON.parse(line)).catch((error) => ({ refused: `${error.message}` }));
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
