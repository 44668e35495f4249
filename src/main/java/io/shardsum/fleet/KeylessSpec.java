package io.shardsum.fleet;

import static java.util.Objects.requireNonNull;

/**
 * By whom a manifest must be signed with Sigstore, without a key that is kept.
 *
 * @param identity an address or a URI, as the certificate has it
 * @param issuer of the login (OpenID Connect)
 * @param trustedRoot the path of the keys of the instance of Sigstore
 */
public record KeylessSpec(String identity, String issuer, String trustedRoot) {

  /** Checks that nothing is missing. */
  public KeylessSpec {
    requireNonNull(identity, "identity is null");
    requireNonNull(issuer, "issuer is null");
    requireNonNull(trustedRoot, "trustedRoot is null");
  }
}
