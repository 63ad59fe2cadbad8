package org.heddle.images;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** The packages of an image as an SPDX 2.3 document (ISO/IEC 5962). */
final class Sbom {
  private Sbom() {}

  /**
   * The document.
   *
   * @param type of its packages in package URLs: deb, rpm
   */
  static byte[] of(ImageRecord image, String type) {
    List<Object> packages = new ArrayList<>();
    List<Object> relations = new ArrayList<>();
    // What a class without a vendor takes in comes out of Debian's packages.
    String vendor = image.from().contains("/") ? image.from().split("/", 2)[0] : "debian";
    String purl = "pkg:" + type + "/" + vendor + "/";
    for (String line : image.packages()) {
      String[] part = line.split(" ", 3);
      String id = "SPDXRef-" + (part[0] + "-" + part[2]).replaceAll("[^A-Za-z0-9.-]", "-");
      Map<String, Object> one = new TreeMap<>();
      one.put("SPDXID", id);
      one.put("name", part[0]);
      one.put("versionInfo", part[1]);
      one.put("downloadLocation", "NOASSERTION");
      one.put("filesAnalyzed", false);
      one.put(
          "externalRefs",
          List.of(
              new TreeMap<>(
                  Map.of(
                      "referenceCategory", "PACKAGE-MANAGER",
                      "referenceType", "purl",
                      "referenceLocator",
                          purl
                              + part[0]
                              + "@"
                              + part[1].replace(":", "%3A").replace("+", "%2B")
                              + "?arch="
                              + part[2]))));
      packages.add(one);
      relations.add(
          new TreeMap<>(
              Map.of(
                  "spdxElementId", "SPDXRef-DOCUMENT",
                  "relationshipType", "DESCRIBES",
                  "relatedSpdxElement", id)));
    }
    Map<String, Object> document = new TreeMap<>();
    document.put("spdxVersion", "SPDX-2.3");
    document.put("dataLicense", "CC0-1.0");
    document.put("SPDXID", "SPDXRef-DOCUMENT");
    document.put("name", image.name());
    document.put(
        "documentNamespace", "urn:heddle:image:" + image.digest().toLowerCase(Locale.ROOT));
    document.put(
        "creationInfo",
        new TreeMap<>(
            Map.of(
                "created", Instant.ofEpochSecond(image.epoch()).toString(),
                "creators", List.of("Tool: heddle-farm"))));
    document.put("packages", packages);
    document.put("relationships", relations);
    return Json.bytes(document);
  }
}
