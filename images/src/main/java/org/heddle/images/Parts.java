package org.heddle.images;

import java.time.InstantSource;

/** An open farm, as what works in it sees it. */
record Parts(
    FarmFolder folder,
    Limits limits,
    InstantSource clock,
    Mirrors mirrors,
    Stages stages,
    Images images,
    Finishing finishing) {}
