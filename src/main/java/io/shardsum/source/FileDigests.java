package io.shardsum.source;

import java.util.Optional;

/**
 * Digests of a whole file, as lower-case hex.
 *
 * @param blake3 empty: it was not asked for
 */
record FileDigests(String sha256, Optional<String> blake3) {}
