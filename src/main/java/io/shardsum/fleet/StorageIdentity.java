package io.shardsum.fleet;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.commons.codec.digest.DigestUtils;

/**
 * Which files ranks of an engine are read from, by role, as text that is equal only where the files
 * are the same.
 */
final class StorageIdentity {
  private static final int DIGITS = 32;

  private StorageIdentity() {}

  /** Of one rank. A role of which it has no file is told by its directory. */
  static Map<String, String> of(EngineSpec engine, RankInventory rank) {
    Map<String, List<String>> files = new TreeMap<>();
    directories(engine).keySet().forEach(role -> files.put(role, new ArrayList<>()));
    rank.files().forEach(file -> files.get(file.role()).add(file.identity()));
    Map<String, String> identities = new TreeMap<>();
    files.forEach(
        (role, some) ->
            identities.put(
                role,
                some.isEmpty()
                    ? place(engine, directories(engine).get(role)) + " rank " + rank.rank()
                    : joined("files", some.stream().sorted().toList())));
    return identities;
  }

  private static String place(EngineSpec engine, String directory) {
    List<String> hosts = engine.visibility().hosts();
    return hosts.isEmpty()
        ? StorageLocation.canonical(directory)
        : String.join(",", hosts) + " " + directory;
  }

  /** Of all of its ranks. */
  static Map<String, String> of(EngineSpec engine, List<RankInventory> ranks) {
    Map<String, List<String>> identities = new TreeMap<>();
    for (RankInventory rank : ranks) {
      of(engine, rank)
          .forEach(
              (role, one) -> identities.computeIfAbsent(role, any -> new ArrayList<>()).add(one));
    }
    Map<String, String> all = new TreeMap<>();
    identities.forEach((role, some) -> all.put(role, joined("ranks", some)));
    return all;
  }

  private static Map<String, String> directories(EngineSpec engine) {
    Map<String, String> directories = new TreeMap<>();
    directories.put(ShardFile.TARGET, engine.shards());
    engine.drafts().forEach(draft -> directories.put(draft.role(), draft.shards()));
    return directories;
  }

  private static String joined(String what, List<String> identities) {
    if (identities.size() == 1) {
      return identities.get(0);
    }
    String digest =
        DigestUtils.sha256Hex(
            identities.stream().map(one -> one + "\n").collect(Collectors.joining()));
    return identities.size() + " " + what + " " + digest.substring(0, DIGITS);
  }
}
