package io.shardsum.source.sglang;

import io.shardsum.checksum.Fp8Rule;
import io.shardsum.fleet.NameRule;
import io.shardsum.io.ListedFile;
import java.io.Serializable;
import java.util.List;
import java.util.Objects;

/**
 * Files that together hold the tensors of one rank, so that it is seen what the rank has besides a
 * file's tensors: the other half of a block-quantized pair, or a tensor's second name.
 *
 * @param fp8 how such pairs are hashed
 * @param names what the engine calls otherwise
 * @param files all of the files, or none where a file is alone
 */
public record ShardGroup(Fp8Rule fp8, List<NameRule> names, List<ListedFile> files)
    implements Serializable {

  /** Of a file whose tensors are hashed as they are stored, under the names that they have. */
  public static final ShardGroup NONE = new ShardGroup(Fp8Rule.AS_STORED, List.of(), List.of());

  /** Copies the lists. */
  public ShardGroup {
    Objects.requireNonNull(fp8, "fp8 is null");
    names = List.copyOf(names);
    files = List.copyOf(files);
  }

  /** Whether a file's tensors are hashed as they are stored, under the names that they have. */
  public boolean isNone() {
    return !fp8.dequantizes() && names.isEmpty();
  }
}
