// Certificates for servers on loopback, made in memory when they are asked for: no key is ever written to disk or
// committed. An authority of our own and the leaves that a client must accept or refuse.
// CommonJS, so that the tour (a module), the tests (Jest in CommonJS mode) and plain scripts share this one file.
// Types: certificates.d.cts. Nothing here is fit for a server that anybody but a test talks to.
'use strict';

const { webcrypto } = require('node:crypto');
const x509 = require('@peculiar/x509');

x509.cryptoProvider.set(webcrypto);

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const DAY = 24 * 60 * 60 * 1000;
const LOOPBACK = ['localhost', '127.0.0.1', '::1'];

let authority;
const made = new Map();

/** One key pair and certificate; signed by `issuer`, or by itself when there is none. */
async function issue({ subject, issuer, names = [], notBefore = -1, notAfter = 30, isAuthority = false }) {
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const extensions = [
    new x509.BasicConstraintsExtension(isAuthority, undefined, true),
    isAuthority
      ? new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true)
      : new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
    await x509.SubjectKeyIdentifierExtension.create(keys.publicKey, false, webcrypto),
  ];
  if (names.length > 0) {
    const entries = names.map((value) => ({ type: /^[\d.]+$|:/.test(value) ? 'ip' : 'dns', value }));
    extensions.push(new x509.SubjectAlternativeNameExtension(entries));
  }
  const certificate = await x509.X509CertificateGenerator.create(
    {
      // The top bit is kept clear: a serial number is a positive integer.
      serialNumber: Buffer.from(webcrypto.getRandomValues(new Uint8Array(8)).fill(0x2a, 0, 1)).toString('hex'),
      subject: `CN=${subject}`,
      issuer: `CN=${issuer?.subject ?? subject}`,
      notBefore: new Date(Date.now() + notBefore * DAY),
      notAfter: new Date(Date.now() + notAfter * DAY),
      signingAlgorithm: ALGORITHM,
      publicKey: keys.publicKey,
      signingKey: issuer?.keys.privateKey ?? keys.privateKey,
      extensions,
    },
    webcrypto,
  );
  const key = x509.PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey), 'PRIVATE KEY');
  return { subject, keys, pem: { cert: certificate.toString('pem'), key } };
}

function theAuthority() {
  authority ??= issue({ subject: 'Headlong loopback authority', isAuthority: true, notAfter: 60 });
  return authority;
}

/** A leaf for `names` (host names and addresses), signed by the authority; the same one whenever the same names are asked for. */
function leafFor(...names) {
  const id = names.join(' ');
  if (!made.has(id)) made.set(id, makeLeaf(names));
  return made.get(id);
}

async function makeLeaf(names, validity) {
  return (await issue({ subject: names[0], issuer: await theAuthority(), names, ...validity })).pem;
}

async function makeAll() {
  const [ca, good, expired, wrongHost, selfSigned] = await Promise.all([
    theAuthority(),
    leafFor(...LOOPBACK),
    makeLeaf(LOOPBACK, { notBefore: -20, notAfter: -10 }),
    makeLeaf(['elsewhere.example']),
    issue({ subject: 'localhost', names: LOOPBACK }),
  ]);
  return { ca: ca.pem.cert, good, expired, wrongHost, selfSigned: selfSigned.pem };
}

let all;

/** The authority's certificate, a good leaf for the loopback names, and three that a client must refuse. Made once per process. */
function certificates() {
  all ??= makeAll();
  return all;
}

module.exports = { certificates, leafFor };
