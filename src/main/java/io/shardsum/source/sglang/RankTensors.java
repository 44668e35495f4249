package io.shardsum.source.sglang;

import io.shardsum.checksum.Fp8Names;
import io.shardsum.fleet.NameRule;
import io.shardsum.io.ListedFile;
import io.shardsum.io.Retries;
import io.shardsum.io.Shard;
import io.shardsum.io.ShardOpener;
import io.shardsum.safetensors.SafetensorsHeader;
import io.shardsum.safetensors.TensorEntry;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The tensors of a rank on which depends what is to be done with others: halves of block-quantized
 * pairs, and names of the engine's. Headers of the rank's files are read when one is looked for,
 * those of neighbours first, each once.
 */
final class RankTensors {

  private final ShardGroup group;
  private final ShardOpener opener;
  private final List<ListedFile> unread;
  private final Map<String, Integer> places = new HashMap<>();
  private final Map<String, TensorPlace> wanted = new HashMap<>();
  private Optional<IOException> unreadable = Optional.empty();

  RankTensors(ShardGroup group, ShardOpener opener) {
    this.group = group;
    this.opener = opener;
    this.unread = new ArrayList<>(group.files());
    unread.forEach(file -> places.putIfAbsent(file.path(), places.size()));
  }

  /** Whether these are of that group; a file that is alone is in no other's. */
  boolean isOf(ShardGroup other) {
    return !group.files().isEmpty() && group.equals(other);
  }

  /** Takes note of a file's header, which somebody has read anyhow. */
  void add(ListedFile file, SafetensorsHeader header) {
    unread.removeIf(other -> other.path().equals(file.path()));
    for (TensorEntry tensor : header.tensors()) {
      if (mayBeHalf(tensor) || isEngineName(tensor.name())) {
        wanted.putIfAbsent(tensor.name(), TensorPlace.of(file, header, tensor));
      }
    }
  }

  private boolean isEngineName(String name) {
    for (NameRule rule : group.names()) {
      if (rule.isEngineName(name)) {
        return true;
      }
    }
    return false;
  }

  /** Whether a tensor may be half of a pair. */
  static boolean mayBeHalf(TensorEntry tensor) {
    return Fp8Pairs.isQuantized(tensor) || Fp8Names.weightOf(tensor.name()).isPresent();
  }

  /**
   * The tensor of a name, if it is one of these and a file of the rank has it.
   *
   * @param near the file whose neighbours are looked into first
   * @throws IOException if no file that could be read has it, and one could not be read
   */
  Optional<TensorPlace> find(String name, ListedFile near) throws IOException {
    while (!wanted.containsKey(name) && !unread.isEmpty()) {
      readNext(near);
    }
    TensorPlace found = wanted.get(name);
    if (found == null && unreadable.isPresent()) {
      throw new IOException(unreadable.get().getMessage(), unreadable.get());
    }
    return Optional.ofNullable(found);
  }

  /** The first of the rank's files, or a file that is alone. */
  ListedFile first(ListedFile alone) {
    return group.files().isEmpty() ? alone : group.files().get(0);
  }

  private void readNext(ListedFile near) throws IOException {
    int place = places.getOrDefault(near.path(), 0);
    ListedFile next =
        unread.stream()
            .min(Comparator.comparingInt(file -> Math.abs(places.get(file.path()) - place)))
            .orElseThrow();
    unread.remove(next);
    try (Shard shard = opener.open(next)) {
      add(next, shard.header());
    } catch (IOException e) {
      if (Retries.isInterrupt(e)) {
        throw e;
      }
      unreadable = unreadable.or(() -> Optional.of(e));
    }
  }
}
