package io.shardsum.fleet;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.ReaderException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;

/** Reads a fleet's description from YAML. */
final class FleetYaml {
  private static final int MAX_BYTES = 16 << 20;
  private static final int MAX_ALIASES = 10_000;
  static final List<String> KEYS = List.of("fleet", "defaults", "engines");

  private final YamlSource source;
  private final String baseDirectory;

  FleetYaml(String sourceName, String baseDirectory) {
    this.source = new YamlSource(sourceName);
    this.baseDirectory = baseDirectory;
  }

  static FleetDescription load(Path file) {
    String name = MessageText.printable(file.toString());
    try {
      if (Files.size(file) > MAX_BYTES) {
        throw tooLong(name);
      }
      String text =
          StandardCharsets.UTF_8
              .newDecoder()
              .decode(ByteBuffer.wrap(Files.readAllBytes(file)))
              .toString();
      Path directory = file.toAbsolutePath().getParent();
      return new FleetYaml(file.toString(), directory.toString()).read(text);
    } catch (NoSuchFileException e) {
      String why =
          name.matches("[a-z0-9]+:/.*") ? "expected a file of this machine" : "no such file";
      throw new FleetException("Cannot read " + name + ": " + why, e);
    } catch (CharacterCodingException e) {
      throw new FleetException("Cannot read " + name + ": it is not UTF-8", e);
    } catch (IOException e) {
      throw new FleetException("Cannot read " + name + ": " + MessageText.cause(e), e);
    }
  }

  private static FleetException tooLong(String name) {
    return new FleetException(
        name + " is too long for a fleet's description; allowed: at most " + MAX_BYTES + " bytes");
  }

  FleetDescription read(String text) {
    if (text.length() > MAX_BYTES) {
      throw tooLong(MessageText.printable(source.name()));
    }
    YamlMapping fleet = new YamlMapping(source, "", compose(text), KEYS);
    String name = fleet.requiredText("fleet");
    EngineSettings defaults =
        fleet
            .mapping("defaults", EngineSettings.KEYS)
            .map(EngineSettings::read)
            .orElse(EngineSettings.NONE);
    List<Node> items = fleet.items("engines");
    if (items.isEmpty()) {
      throw fleet.faultAt("engines", "'engines' is empty: there is nothing to check");
    }
    Map<String, Integer> lines = new HashMap<>();
    List<EngineSpec> engines = new ArrayList<>();
    List<LiveSpec> live = new ArrayList<>();
    Map<String, CheckpointSpec> checkpoints = new HashMap<>();
    int position = 0;
    for (Node item : items) {
      String subject = subject(item, ++position);
      YamlMapping mapping = new YamlMapping(source, subject, item, EngineYaml.KEYS);
      DescribedEngine engine = new EngineYaml(mapping, defaults, baseDirectory).read();
      Integer before = lines.putIfAbsent(engine.name(), mapping.line());
      if (before != null) {
        throw mapping.faultAt("name", "the name is already at line " + before);
      }
      engine.files().ifPresent(engines::add);
      engine.live().ifPresent(live::add);
      engine.checkpoint().ifPresent(spec -> checkpoints.put(engine.name(), spec));
    }
    return new FleetDescription(name, engines, live, checkpoints);
  }

  /** By its name, wherever in the mapping that stands, or by its position. */
  private static String subject(Node item, int position) {
    if (item instanceof MappingNode mapping) {
      for (NodeTuple entry : mapping.getValue()) {
        if (entry.getKeyNode() instanceof ScalarNode key
            && key.getValue().equals("name")
            && entry.getValueNode() instanceof ScalarNode name) {
          return "engine " + MessageText.quoted(name.getValue());
        }
      }
    }
    return "engine " + position;
  }

  private Node compose(String text) {
    LoadSettings settings =
        LoadSettings.builder()
            .setCodePointLimit(MAX_BYTES)
            .setMaxAliasesForCollections(MAX_ALIASES)
            .build();
    try {
      return new Compose(settings)
          .composeString(text)
          .orElseThrow(
              () ->
                  source.broken(
                      1, "it is empty; allowed: a mapping of " + String.join(", ", KEYS)));
    } catch (MarkedYamlEngineException e) {
      int line = e.getProblemMark().map(mark -> mark.getLine() + 1).orElse(1);
      throw source.broken(line, "not YAML: " + MessageText.printable(e.getProblem()));
    } catch (ReaderException e) {
      throw source.broken(
          lineOf(text, e.getPosition()),
          String.format(
              Locale.ROOT, "not YAML: the character \\u%04x must be escaped", e.getCodePoint()));
    } catch (YamlEngineException e) {
      throw source.broken(1, "not YAML: " + MessageText.printable(e.getMessage()));
    } catch (StackOverflowError e) {
      throw source.broken(1, "nested too deeply");
    }
  }

  private static int lineOf(String text, int codePoints) {
    return 1 + (int) text.codePoints().limit(codePoints).filter(point -> point == '\n').count();
  }
}
