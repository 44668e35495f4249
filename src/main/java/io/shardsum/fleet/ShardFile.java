package io.shardsum.fleet;

import static java.util.Objects.requireNonNull;

import java.io.Serializable;

/**
 * One file of a rank, as its directory lists it.
 *
 * @param path as {@code new org.apache.hadoop.fs.Path(path)} reads it, with its scheme
 * @param modifiedAtMillis since the epoch; 0 where the storage does not say
 * @param role {@link #TARGET} or the role of the draft model
 * @param part the number of the part; in a checkpoint the position by name
 * @param identity which file it is: paths with the same identity lead to one file
 */
public record ShardFile(
    String path, long lengthBytes, long modifiedAtMillis, String role, int part, String identity)
    implements Serializable {
  /** The role of the model itself, as against its drafts. */
  public static final String TARGET = "target";

  public ShardFile {
    requireNonNull(path, "path is null");
    requireNonNull(role, "role is null");
    requireNonNull(identity, "identity is null");
  }

  /** A file that is no other's. */
  public ShardFile(String path, long lengthBytes, long modifiedAtMillis, String role, int part) {
    this(path, lengthBytes, modifiedAtMillis, role, part, path);
  }
}
