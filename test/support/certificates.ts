// Certificates for the tests' TLS servers. The implementation is the tour's, in examples/support: there is one.
// Each test file runs in a process or realm of its own and makes its own authority; it takes some milliseconds.

export { certificates, leafFor } from '../../examples/support/certificates.cjs';
export type { Certificates, Leaf } from '../../examples/support/certificates.cjs';
