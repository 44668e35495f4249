package io.shardsum.source;

import io.shardsum.io.ListedFile;
import io.shardsum.source.sglang.ShardGroup;
import java.io.Serializable;
import java.util.List;
import java.util.Objects;

/**
 * A file to be read, and how.
 *
 * @param skip tensors whose name contains one of these are listed, not read
 * @param group the files of its rank
 * @param place how Spark calls the host that it must be read on; empty: any
 */
public record ScannedFile(ListedFile listed, List<String> skip, ShardGroup group, String place)
    implements Serializable {

  /** Copies the list. */
  public ScannedFile {
    Objects.requireNonNull(listed, "listed is null");
    Objects.requireNonNull(group, "group is null");
    Objects.requireNonNull(place, "place is null");
    skip = List.copyOf(skip);
  }

  /** A file that may be read anywhere. */
  public ScannedFile(ListedFile listed, List<String> skip, ShardGroup group) {
    this(listed, skip, group, "");
  }

  /** A file whose tensors are hashed as they are stored. */
  public ScannedFile(ListedFile listed, List<String> skip) {
    this(listed, skip, ShardGroup.NONE);
  }

  /** The path of the file. */
  public String path() {
    return listed.path();
  }

  /** The length of the file when it was listed. */
  public long lengthBytes() {
    return listed.lengthBytes();
  }
}
