package io.shardsum.fleet;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** A YAML file of this program's own. */
public final class YamlResource {
  private YamlResource() {}

  /**
   * Reads it.
   *
   * @return maps, lists, texts and numbers; a key that is there twice is an error
   */
  @SuppressWarnings("unchecked")
  public static Map<String, ?> read(String name) {
    LoadSettings settings = LoadSettings.builder().setLabel(name).build();
    try (InputStream in = YamlResource.class.getResourceAsStream(name)) {
      return (Map<String, ?>) new Load(settings).loadFromInputStream(in);
    } catch (IOException e) {
      throw new UncheckedIOException(name, e);
    }
  }
}
