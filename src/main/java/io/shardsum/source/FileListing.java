package io.shardsum.source;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.shardsum.checksum.Fp8Rule;
import io.shardsum.fleet.NameRule;
import io.shardsum.fleet.NameRules;
import io.shardsum.io.ListedFile;
import io.shardsum.source.sglang.ShardGroup;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * The files to read, as somebody has listed them already: the option {@code listing}, which spares
 * listing them again and says what each file was when it was listed.
 *
 * <pre>{"skip": [["k_scale"], []], "files": [["/w/a.safetensors", 4096, 1760000000000, 0], ...]}
 * </pre>
 *
 * A file is its path, its length in bytes, when it was modified (milliseconds since 1970, UTC), its
 * ETag, where the storage gives one, and which of the lists in {@code skip} holds for it. Where it
 * has a {@link ShardGroup}, the index of that follows:
 *
 * <pre>
 * {"skip": ..., "files": ..., "groups":
 *   [["DEQUANTIZED", ["tied-embedding"], 0, 1, ["/w/b.safetensors", 2, 3]], ...]}
 * </pre>
 *
 * A group is how it is hashed, by which rules tensors are renamed, and what its files are: an index
 * in {@code files}, or, of a file that is not to be read, path, length and time.
 *
 * <p>{@code "places": {"gpu-17": "10.0.0.17"}} says how Spark calls the hosts of files that must be
 * read there.
 *
 * @param files in the order that {@code _file_index} counts
 */
public record FileListing(List<ScannedFile> files) {

  private static final ObjectMapper JSON =
      new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  private static final int FIELDS_OF_PLACE = 3;

  /** Copies the list. */
  public FileListing {
    files = List.copyOf(files);
  }

  /** The value of the option {@code listing}. */
  public String toJson() {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
      json.setCodec(JSON);
      new Writer(json).write(files);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot write to memory", e);
    }
    return text.toString();
  }

  private static final class Writer {
    private final JsonGenerator json;
    private final Map<List<String>, Integer> skipLists = new LinkedHashMap<>();
    private final IdentityHashMap<ShardGroup, Integer> groupNumbers = new IdentityHashMap<>();
    private final List<ShardGroup> groups = new ArrayList<>();

    Writer(JsonGenerator json) {
      this.json = json;
    }

    void write(List<ScannedFile> files) throws IOException {
      files.forEach(file -> skipLists.putIfAbsent(file.skip(), skipLists.size()));
      json.writeStartObject();
      json.writeObjectField("skip", skipLists.keySet());
      json.writeArrayFieldStart("files");
      for (ScannedFile file : files) {
        json.writeStartArray();
        writePlace(file.listed());
        json.writeNumber(skipLists.get(file.skip()));
        if (!file.group().isNone()) {
          json.writeNumber(numberOf(file.group()));
        }
        json.writeEndArray();
      }
      json.writeEndArray();
      if (!groups.isEmpty()) {
        writeGroups(files);
      }
      Map<String, String> places = new TreeMap<>();
      files.forEach(file -> file.listed().host().ifPresent(host -> places.put(host, file.place())));
      if (!places.isEmpty()) {
        json.writeObjectField("places", places);
      }
      json.writeEndObject();
    }

    private int numberOf(ShardGroup group) {
      Integer number = groupNumbers.putIfAbsent(group, groups.size());
      if (number != null) {
        return number;
      }
      groups.add(group);
      return groups.size() - 1;
    }

    private void writeGroups(List<ScannedFile> files) throws IOException {
      Map<String, Integer> indexes = new HashMap<>();
      for (int index = 0; index < files.size(); index++) {
        indexes.putIfAbsent(files.get(index).path(), index);
      }
      json.writeArrayFieldStart("groups");
      for (ShardGroup group : groups) {
        json.writeStartArray();
        json.writeString(group.fp8().name());
        json.writeObject(group.names().stream().map(NameRule::id).toList());
        for (ListedFile file : group.files()) {
          Integer index = indexes.get(file.path());
          if (index == null) {
            json.writeStartArray();
            writePlace(file);
            json.writeEndArray();
          } else {
            json.writeNumber(index);
          }
        }
        json.writeEndArray();
      }
      json.writeEndArray();
    }

    private void writePlace(ListedFile file) throws IOException {
      json.writeString(file.path());
      json.writeNumber(file.lengthBytes());
      json.writeNumber(file.modifiedAtMillis());
      if (!file.etag().isEmpty()) {
        json.writeString(file.etag());
      }
    }
  }

  static FileListing parse(String json) {
    try {
      Raw raw = JSON.readValue(json, Raw.class);
      List<List<String>> skipLists = Objects.requireNonNull(raw.skip(), "skip is null");
      List<ShardGroup> groups = groups(raw);
      Map<String, String> places = raw.places() == null ? Map.of() : raw.places();
      List<ScannedFile> files = new ArrayList<>(raw.files().size());
      for (Object[] file : raw.files()) {
        List<Object> behindPlace = behindPlace(file);
        if (behindPlace.isEmpty() || behindPlace.size() > 2) {
          throw new IllegalArgumentException("Invalid file: " + Arrays.toString(file));
        }
        ListedFile listed = place(file);
        files.add(
            new ScannedFile(
                listed,
                skipLists.get((Integer) behindPlace.get(0)),
                behindPlace.size() == 1
                    ? ShardGroup.NONE
                    : groups.get((Integer) behindPlace.get(1)),
                listed.host().map(host -> places.getOrDefault(host, host)).orElse("")));
      }
      return new FileListing(files);
    } catch (JsonProcessingException | RuntimeException e) {
      throw new IllegalArgumentException(
          "Invalid option listing: expected {\"skip\": [[pattern, ...], ...], \"files\": [[path,"
              + " length, modified, index in skip], ...]}",
          e);
    }
  }

  private static List<ShardGroup> groups(Raw raw) {
    List<ShardGroup> groups = new ArrayList<>();
    for (Object[] group : raw.groups() == null ? List.<Object[]>of() : raw.groups()) {
      List<ListedFile> files = new ArrayList<>();
      for (Object file : Arrays.asList(group).subList(2, group.length)) {
        files.add(
            place(
                file instanceof Integer index
                    ? raw.files().get(index)
                    : ((List<?>) file).toArray()));
      }
      List<NameRule> names =
          ((List<?>) group[1]).stream().map(id -> NameRules.byId((String) id)).toList();
      groups.add(new ShardGroup(Fp8Rule.valueOf((String) group[0]), names, files));
    }
    return groups;
  }

  private static ListedFile place(Object[] file) {
    return new ListedFile(
        (String) file[0],
        wholeNumber(file[1]),
        wholeNumber(file[2]),
        hasEtag(file) ? (String) file[FIELDS_OF_PLACE] : "");
  }

  private static boolean hasEtag(Object[] file) {
    return file.length > FIELDS_OF_PLACE && file[FIELDS_OF_PLACE] instanceof String;
  }

  private static List<Object> behindPlace(Object[] file) {
    int fields = hasEtag(file) ? FIELDS_OF_PLACE + 1 : FIELDS_OF_PLACE;
    return Arrays.asList(file).subList(fields, file.length);
  }

  private static long wholeNumber(Object number) {
    return number instanceof Integer small ? small : (Long) number;
  }

  private record Raw(
      List<List<String>> skip,
      List<Object[]> files,
      List<Object[]> groups,
      Map<String, String> places) {}
}
