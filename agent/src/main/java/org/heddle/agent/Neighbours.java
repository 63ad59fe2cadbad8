package org.heddle.agent;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.heddle.api.AgentApi.Lease;
import org.heddle.api.AgentApi.Member;
import org.heddle.model.HostId;
import org.heddle.model.SiteId;
import org.heddle.store.ChunkId;
import org.heddle.store.transfer.Rendezvous;

/**
 * The other hosts of the grid as the controller knew them at one moment, and in which order this
 * one asks them for an image. Pure.
 */
record Neighbours(HostId me, SiteId site, List<Member> members, List<String> holders) {
  Neighbours {
    members = List.copyOf(members);
    holders = List.copyOf(holders);
  }

  /**
   * @param image whose holders are meant
   */
  static Neighbours of(HostId me, SiteId site, Optional<Lease> lease, String image) {
    return new Neighbours(
        me,
        site,
        lease.map(Lease::members).orElse(List.of()),
        lease.map(now -> now.images().getOrDefault(image, List.of())).orElse(List.of()));
  }

  /** Agents of this site that have the image, but this one. */
  List<String> near() {
    return ranked(
        members.stream().filter(this::isNear).filter(this::isOther).filter(this::has).toList());
  }

  /** All agents of this site but this one. */
  List<String> ofSite() {
    return ranked(members.stream().filter(this::isNear).filter(this::isOther).toList());
  }

  /** Other agents that have it: those that are on line first. */
  List<String> far() {
    List<String> far =
        new ArrayList<>(
            ranked(members.stream().filter(member -> !isNear(member)).filter(this::has).toList()));
    for (String holder : holders) {
      if (members.stream().noneMatch(member -> member.url().equals(holder))) {
        far.add(holder);
      }
    }
    return far;
  }

  /**
   * The hosts of this site that should fetch an image for all of it before this one does: its
   * repository, then as rendezvous hashing of the name has it, which is the same for all. So
   * whoever wants it and whenever, one copy of it goes over the link between sites.
   */
  List<String> relays(String image) {
    List<Member> near = members.stream().filter(this::isNear).toList();
    List<String> urls = new ArrayList<>();
    near.stream().filter(Member::repository).map(Member::url).sorted().forEach(urls::add);
    for (String url : rank(image, near.stream().map(Member::url).toList())) {
      if (!urls.contains(url)) {
        urls.add(url);
      }
    }
    List<String> before = new ArrayList<>();
    for (String url : urls) {
      if (mine(url)) {
        return before;
      }
      before.add(url);
    }
    return List.of(); // The controller does not know this host yet.
  }

  /** The agent of this site that keeps copies of saved states; empty when that is this one. */
  Optional<Member> repository() {
    List<Member> near =
        members.stream().filter(this::isNear).filter(Member::repository).sorted(BY_HOST).toList();
    return near.stream().anyMatch(member -> member.host().equals(me))
        ? Optional.empty()
        : near.stream().findFirst();
  }

  private static final java.util.Comparator<Member> BY_HOST =
      java.util.Comparator.comparing(Member::host);

  private boolean mine(String url) {
    return members.stream()
        .anyMatch(member -> member.url().equals(url) && member.host().equals(me));
  }

  private boolean isNear(Member member) {
    return member.site().equals(site);
  }

  private boolean isOther(Member member) {
    return !member.host().equals(me);
  }

  private boolean has(Member member) {
    return holders.contains(member.url());
  }

  /** Each host asks them in an order of its own, so that not all ask the same one. */
  private List<String> ranked(List<Member> some) {
    return rank(me.value(), some.stream().map(Member::url).toList());
  }

  private static List<String> rank(String key, List<String> urls) {
    byte[] bytes = key.getBytes(StandardCharsets.UTF_8);
    return Rendezvous.ranking(ChunkId.hash(bytes, 0, bytes.length), urls);
  }
}
