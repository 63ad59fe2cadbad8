package org.heddle.agent;

import java.io.IOException;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.heddle.agent.AgentOptions.FarmOptions;
import org.heddle.api.AgentApi.ContentUse;
import org.heddle.api.AgentApi.Hello;
import org.heddle.api.AgentApi.HostReport;
import org.heddle.api.AgentApi.Lease;
import org.heddle.api.JsonHttp;
import org.heddle.drivers.Driver;
import org.heddle.drivers.DriverException;
import org.heddle.images.Farm;
import org.heddle.model.Host;
import org.heddle.model.MachineId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One running agent: its parts, put together. */
final class Agent implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Agent.class);
  static final String VERSION = "0.1.0";

  private final Driver driver;
  private final PrivateNetwork network;
  private final StateLock lock;
  private final Journal journal;
  private final HttpClient http;
  private final EventHub events = new EventHub();
  private final AgentOptions options;
  private final Content content;
  private final Copies copies;
  private final Offers offers;
  private final ContentSweep sweep;
  private final Keeper keeper;
  private final Images images;
  private final Optional<FarmRole> farm;
  private final Machines machines;
  private final Operations operations;
  private final RunWatch runs;
  private final Membership membership;
  private final AtomicBoolean heard = new AtomicBoolean();
  private final AgentServer server;
  private final Host host;

  /** Takes over the lock and the driver, which it closes in the end. */
  Agent(
      AgentOptions options,
      StateLock lock,
      Driver driver,
      PrivateNetwork network,
      Duration runInterval)
      throws IOException {
    this.driver = driver;
    this.network = network;
    this.lock = lock;
    this.options = options;
    // Agents themselves speak plain HTTP, inside the grid's networks.
    boolean plain = "http".equals(options.controller().getScheme());
    this.http = plain ? JsonHttp.newPlainClient() : JsonHttp.newClient();
    Path state = options.state();
    Path own = DurableFiles.folder(state.resolve("journal"));
    this.journal = new Journal(own.resolve("operations"));
    JsonHttp controller = new JsonHttp(http, options.controller(), options.token());
    this.membership = new Membership(controller, this::hello, this::renewed);
    Peers peers = new Peers(http, options.token());
    this.content =
        new Content(
            state.resolve("content"),
            options.content().quota(),
            options.token(),
            options.content().repository(),
            new ContentCount(own.resolve("content.json")));
    Path fetched = state.resolve("images");
    Optional<Farm> farm =
        options.farm().builder().isPresent()
            ? Optional.of(FarmRole.open(options.farm().builder().get()))
            : Optional.empty();
    Trust trust = trust(options.farm(), farm);
    this.images =
        new Images(
            options.images(),
            fetched,
            new ImageFetch(content, this::neighbours, peers::at, trust),
            trust,
            farm.map(one -> one::sign));
    this.farm =
        farm.isPresent()
            ? Optional.of(
                FarmRole.of(
                    farm.get(),
                    options.farm().builder().orElseThrow(),
                    content,
                    state,
                    fetched,
                    new FarmRole.Grid(
                        () -> membership.last().map(Lease::needed), this::imagesChanged)))
            : Optional.empty();
    MachineRecords records = new MachineRecords(own.resolve("machines"));
    this.machines = new Machines(driver, network, records, membership::peers);
    MachineLocks locks = new MachineLocks();
    SavedDigests digests = new SavedDigests(own.resolve("states"));
    this.copies = new Copies(content, options.content().repository(), state.resolve("scratch"));
    this.offers = new Offers(machines, images, digests, content, copies);
    this.sweep =
        new ContentSweep(content, machines, images, options.content().repository(), this::kept);
    content.repair().site(() -> neighbours("").ofSite());
    content.whenFull(() -> sweep.sweep(InstantSource.system().instant(), true));
    this.keeper =
        new Keeper(
            content,
            sweep,
            machines,
            offers,
            () -> neighbours("").repository(),
            options.content().rate(),
            copies,
            () -> farm().ifPresent(FarmRole::tidy));
    content.whenUsed(keeper::look);
    Performer performer =
        new Performer(
            machines,
            images,
            new Restores(
                machines, images, new StateFetch(content, peers), digests, copies, keeper::look),
            new MigrationLead(machines, peers),
            InstantSource.system());
    this.operations = new Operations(journal, performer, locks, events::tell);
    this.runs = new RunWatch(machines, locks, runInterval, events::tell);
    IncomingDesk incoming = new IncomingDesk(machines, locks, images, options.address());
    this.server =
        new AgentServer(
            options.listen(),
            options.token(),
            new AgentRoutes(
                machines,
                operations,
                incoming,
                images,
                offers,
                events,
                this::report,
                farm().map(role -> role.routes(images, options.host().value())),
                this::tellImages),
            content.handler());
    this.host = options.describe(server.port());
  }

  /** Finds its machines again, goes on with what it had begun, and joins the grid. */
  void start() throws DriverException {
    driver.onDeath(this::died);
    machines.reconcile();
    operations.resume();
    runs.start();
    server.start();
    membership.start();
    keeper.start();
    LOG.info(
        "agent of host {} at {}, driver {} {}",
        host.id(),
        host.agentUrl(),
        driver.name(),
        driver.version());
  }

  Host host() {
    return host;
  }

  /** The grid's hosts as the controller knows them now, with those that have the image. */
  Neighbours neighbours(String image) {
    return Neighbours.of(options.host(), options.site(), membership.now(), image);
  }

  /** Takes away what its content store need not hold any more at that time. */
  void sweep(Instant now) {
    sweep.sweep(now, false);
  }

  /** Its content store. */
  Content content() {
    return content;
  }

  private Optional<FarmRole> farm() {
    return farm;
  }

  /** A host that builds trusts itself too. */
  private static Trust trust(FarmOptions options, Optional<Farm> own) throws IOException {
    List<Path> keys = new ArrayList<>(options.trust());
    if (own.isPresent() && !keys.isEmpty()) {
      keys.add(FarmRole.keyFile(own.get()));
    }
    return Trust.of(keys);
  }

  /** The controller knows at once which images are here. */
  private void tellImages() {
    var _ = membership.now();
  }

  /** What was built may be too much for the farm's quota. */
  private void imagesChanged() {
    tellImages();
    keeper.look();
  }

  private Set<String> kept(boolean pressed) throws IOException {
    return farm.isPresent() ? farm.get().kept(pressed) : Set.of();
  }

  private HostReport report() {
    try {
      return new HostReport(host, copies.in(machines.reports()), operations.report());
    } catch (IOException failed) {
      throw new java.io.UncheckedIOException(failed);
    }
  }

  private Hello hello() {
    return new Hello(
        host,
        VERSION,
        driver.name() + " " + driver.version(),
        imageNames(),
        Optional.of(contentUse()),
        farm().map(FarmRole::use));
  }

  private ContentUse contentUse() {
    ContentCount.Sums sums = content.count().sums();
    return new ContentUse(
        options.content().repository(),
        sums.wholeBytes(),
        sums.sentBytes(),
        content.stored(),
        options.content().quota(),
        content.trouble());
  }

  private List<String> imageNames() {
    try {
      return images.names();
    } catch (IOException failed) {
      throw new java.io.UncheckedIOException(failed);
    }
  }

  private void renewed(Lease lease) {
    if (!heard.getAndSet(true)) {
      keeper.look(); // Only now it is known what the grid needs.
    }
    try {
      network.refreshPeers(lease.peers());
    } catch (DriverException failed) {
      LOG.warn("tunnels to the grid's hosts: {}", failed.getMessage());
    }
  }

  private void died(MachineId machine) {
    LOG.warn("{} has ended by itself", machine);
    events.tell(machines.report(machine));
  }

  /** Machines go on; what was under way is done again when the agent starts again. */
  @Override
  public void close() throws IOException {
    membership.close();
    keeper.close();
    runs.close();
    farm.ifPresent(FarmRole::close);
    operations.close();
    events.close();
    server.close();
    offers.close();
    content.close();
    driver.close();
    http.shutdownNow();
    journal.close();
    lock.close();
  }
}
