package io.shardsum.fleet;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/**
 * The files of a Hugging Face checkpoint, as engines choose them: exactly those that {@code
 * model.safetensors.index.json} names where it exists, otherwise every shard file.
 */
record CheckpointFiles(RoleFinding finding, List<Problem> problems) {
  private static final long MAX_INDEX_BYTES = 256L << 20;
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  static CheckpointFiles of(String role, DirectoryListing listing, Configuration conf) {
    if (listing.outcome() != DirectoryListing.Outcome.LISTED) {
      return new CheckpointFiles(RoleFinding.ofUnlisted(listing), List.of());
    }
    if (listing.index().isPresent()) {
      return ofIndex(role, listing, listing.index().get(), conf);
    }
    if (!listing.brokenShards().isEmpty()) {
      String reasons = NotAFile.reasons(listing.brokenShards());
      return new CheckpointFiles(
          new RoleFinding(RankState.UNREADABLE, reasons, inOrder(role, listing.shards())),
          List.of());
    }
    if (listing.shards().isEmpty()) {
      return new CheckpointFiles(RoleFinding.missing(listing.withoutShards()), List.of());
    }
    List<ShardFile> files = inOrder(role, listing.shards());
    return new CheckpointFiles(new RoleFinding(RankState.FOUND, "", files), List.of());
  }

  private static CheckpointFiles ofIndex(
      String role, DirectoryListing listing, FoundFile index, Configuration conf) {
    SortedSet<String> names;
    try {
      names = namesIn(index, conf);
    } catch (BrokenIndexException e) {
      String reason = DirectoryListing.INDEX_NAME + " " + e.getMessage();
      return new CheckpointFiles(
          RoleFinding.unreadable(reason),
          List.of(new Problem(ProblemKind.INDEX_BROKEN, reason, index.path())));
    }
    Map<String, FoundFile> listed = new HashMap<>();
    listing.files().forEach(file -> listed.put(file.name(), file));
    List<FoundFile> present = new ArrayList<>();
    List<String> absent = new ArrayList<>();
    for (String name : names) {
      if (listed.containsKey(name)) {
        present.add(listed.get(name));
      } else {
        absent.add(name);
      }
    }
    List<ShardFile> files = inOrder(role, present);
    return new CheckpointFiles(
        absent.isEmpty()
            ? new RoleFinding(RankState.FOUND, "", files)
            : new RoleFinding(RankState.MISSING, absence(absent, names.size()), files),
        notIn(names, listing));
  }

  private static String absence(List<String> absent, int named) {
    String more = absent.size() == 1 ? "" : " and " + (absent.size() - 1) + " more";
    return String.format(
        Locale.ROOT,
        "%s%s of the %d files that %s names: not in the directory",
        MessageText.quoted(absent.get(0)),
        more,
        named,
        DirectoryListing.INDEX_NAME);
  }

  private static List<Problem> notIn(SortedSet<String> names, DirectoryListing listing) {
    return listing.shards().stream()
        .filter(file -> !names.contains(file.name()))
        .map(
            file ->
                new Problem(
                    ProblemKind.NOT_IN_INDEX,
                    MessageText.printable(file.name())
                        + " is not named by "
                        + DirectoryListing.INDEX_NAME,
                    file.path()))
        .toList();
  }

  static List<ShardFile> inOrder(String role, List<FoundFile> files) {
    List<ShardFile> shards = new ArrayList<>();
    for (FoundFile file : files) {
      shards.add(file.as(role, shards.size()));
    }
    return shards;
  }

  private static SortedSet<String> namesIn(FoundFile index, Configuration conf)
      throws BrokenIndexException {
    if (index.listed().lengthBytes() > MAX_INDEX_BYTES) {
      throw new BrokenIndexException(
          "is "
              + index.listed().lengthBytes()
              + " bytes long; allowed: at most "
              + MAX_INDEX_BYTES);
    }
    SortedSet<String> names = new TreeSet<>();
    for (JsonNode file : weightMap(index, conf)) {
      if (!file.isTextual()) {
        throw new BrokenIndexException("names a file by a value that is not text");
      }
      requirePlainName(file.textValue());
      names.add(file.textValue());
    }
    if (names.isEmpty()) {
      throw new BrokenIndexException("has an empty weight_map");
    }
    return names;
  }

  private static JsonNode weightMap(FoundFile index, Configuration conf)
      throws BrokenIndexException {
    Path path = new Path(index.path());
    requireFile(path, conf);
    try (InputStream in = path.getFileSystem(conf).open(path)) {
      JsonNode root = JSON.readTree(in);
      if (root.isMissingNode()) {
        throw new BrokenIndexException("is empty");
      }
      JsonNode map = root.path("weight_map");
      if (!map.isObject()) {
        throw new BrokenIndexException("has no weight_map that is an object");
      }
      return map;
    } catch (JsonProcessingException e) {
      throw new BrokenIndexException(
          JsonFile.insteadOfJson(path, conf)
              .map(other -> "is not JSON but " + other)
              .orElse("is not JSON: " + MessageText.printable(e.getOriginalMessage())));
    } catch (IOException | RuntimeException e) {
      throw new BrokenIndexException("cannot be read: " + MessageText.cause(e));
    }
  }

  private static void requireFile(Path index, Configuration conf) throws BrokenIndexException {
    Optional<String> other;
    try {
      other = JsonFile.insteadOfFile(index, conf);
    } catch (IOException | RuntimeException e) {
      throw new BrokenIndexException("cannot be read: " + MessageText.cause(e));
    }
    if (other.isPresent()) {
      throw new BrokenIndexException("is " + other.get() + ", not a file");
    }
  }

  private static void requirePlainName(String name) throws BrokenIndexException {
    if (name.contains("/") || name.contains("\\")) {
      throw new BrokenIndexException(
          "names " + MessageText.quoted(name) + "; allowed: files of its own directory");
    }
    if (!name.endsWith(ShardPattern.SUFFIX)) {
      throw new BrokenIndexException(
          "names " + MessageText.quoted(name) + "; allowed: *" + ShardPattern.SUFFIX);
    }
  }

  private static final class BrokenIndexException extends Exception {
    private static final long serialVersionUID = 1L;

    BrokenIndexException(String message) {
      super(message);
    }
  }
}
