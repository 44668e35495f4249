package io.shardsum.fleet;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Weights that lie in an engine's directories and that no engine of the fleet reads: nobody has
 * checked them, so they are named.
 */
final class UnreadWeights {
  private static final int HEADS_READ = 1_000;
  private static final int FOLDERS_NAMED = 16;

  private final Set<String> read = new HashSet<>();

  UnreadWeights(List<EngineInventory> fleet) {
    for (EngineInventory engine : fleet) {
      for (RankInventory rank : engine.ranks()) {
        rank.files().forEach(file -> read.add(file.identity()));
      }
    }
  }

  /** The inventory of an engine with these problems added. */
  EngineInventory addedTo(EngineInventory engine, EngineStorage storage) {
    List<Problem> problems = new ArrayList<>(engine.problems());
    Map<String, List<FoundFile>> byFolder = new TreeMap<>();
    for (FoundFile file : unread(engine, storage)) {
      String folder = file.path().substring(0, file.path().lastIndexOf('/'));
      byFolder.computeIfAbsent(folder, any -> new ArrayList<>()).add(file);
    }
    byFolder.entrySet().stream()
        .limit(FOLDERS_NAMED)
        .forEach(
            folder -> problems.add(problem(engine.spec(), folder.getKey(), folder.getValue())));
    if (byFolder.size() > FOLDERS_NAMED) {
      problems.add(
          new Problem(
              ProblemKind.STRAY_FILE,
              "weights in " + (byFolder.size() - FOLDERS_NAMED) + " more folders are not read",
              engine.spec().shards()));
    }
    return engine.withProblems(problems);
  }

  private List<FoundFile> unread(EngineInventory engine, EngineStorage storage) {
    Set<String> known = engine.problems().stream().map(Problem::path).collect(Collectors.toSet());
    engine.ranks().forEach(rank -> rank.files().forEach(file -> known.add(file.path())));
    List<FoundFile> unread = new ArrayList<>();
    int heads = 0;
    for (FoundFile file : storage.notAmong(known)) {
      boolean mayBeLooked = heads++ < HEADS_READ;
      if (!read.contains(FileIdentity.of(file.path()))
          && (!mayBeLooked || WeightFile.holdsWeights(file, storage.conf()))) {
        unread.add(file);
      }
    }
    return unread;
  }

  private static Problem problem(EngineSpec engine, String folder, List<FoundFile> files) {
    String first = relative(engine, files.get(0).path());
    if (files.stream().allMatch(file -> file.name().endsWith(WeightFile.PRESHARDED))) {
      return new Problem(
          ProblemKind.STRAY_FILE,
          first
              + more(files)
              + (files.size() == 1 ? " is" : " are")
              + " a presharded dump of SGLang, which is read as an engine of layout checkpoint",
          folder);
    }
    return files.size() == 1
        ? new Problem(
            ProblemKind.STRAY_FILE, first + " holds weights and is not read", files.get(0).path())
        : new Problem(
            ProblemKind.STRAY_FILE, first + more(files) + " hold weights and are not read", folder);
  }

  private static String more(List<FoundFile> files) {
    return switch (files.size()) {
      case 1 -> "";
      case 2 -> " and another file there";
      default -> " and " + (files.size() - 1) + " more files there";
    };
  }

  private static String relative(EngineSpec engine, String path) {
    String above = engine.shards() + "/";
    return MessageText.printable(path.startsWith(above) ? path.substring(above.length()) : path);
  }
}
