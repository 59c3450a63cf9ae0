"""What Wireshark calls the fields of DIS messages, and what opendis calls the same ones, in the order of the bytes."""


def identity(path):
    """What Wireshark and opendis call the fields of an entity's identifier."""
    names = (("site", "siteID"), ("application", "applicationID"), ("entity", "entityID"))
    return [(f"dis.entity_id_{theirs}", f"{path}.{ours}") for theirs, ours in names]


def vector(name, path, axes="x y z"):
    """What they call those of a vector."""
    return [(f"{name}.{axis}", f"{path}.{axis}") for axis in axes.split()]


def kind(path):
    """What they call those of an entity's type; Wireshark has names for the categories of some domains."""
    return [(f"dis.{name}", f"{path}.{name}") for name in ("entityKind", "entityDomain", "country", "category",
                                                           "subcategory", "specific", "extra")]


HEAD = [("dis.proto_ver", "protocolVersion"), ("dis.exer_id", "exerciseID"), ("dis.pdu_type", "pduType"),
        ("dis.proto_fam", "protocolFamily"), ("dis.pdu_length", "length"), ("dis.pdu_status", "pduStatus")]
EVENT = [("dis.site", "eventID.simulationAddress.site"), ("dis.application", "eventID.simulationAddress.application"),
         ("dis.event_number", "eventID.eventNumber")]
BURST = [*kind("descriptor.munitionType"), ("dis.warhead", "descriptor.warhead"), ("dis.fuse", "descriptor.fuse"),
         ("dis.quality", "descriptor.quantity"), ("dis.rate", "descriptor.rate")]
SYSTEM, EM = "systems.0", "dis.electromagnetic.emission"
BEAM, DATA = f"{SYSTEM}.beamRecords.0", f"{SYSTEM}.beamRecords.0.fundamentalParameterData"
FIELDS = {
    "EntityStatePdu": [
        *HEAD, *identity("entityID"), ("dis.force_id", "forceId"), *kind("entityType"), *kind("alternativeEntityType"),
        *vector("dis.entity_linear_velocity", "entityLinearVelocity"), *vector("dis.entity_location", "entityLocation"),
        *vector("dis.entity_orientation", "entityOrientation", "psi theta phi"), ("dis.appearance", "entityAppearance"),
        ("dis.entity_marking_character_set", "deadReckoningParameters.deadReckoningAlgorithm"),  # Wireshark's name
        *vector("dis.entity_linear_acceleration", "deadReckoningParameters.entityLinearAcceleration"),
        *vector("dis.entity_angular_velocity", "deadReckoningParameters.entityAngularVelocity"),
        ("dis.entity_marking_character_set", "marking.characterSet"), ("dis.capabilities", "capabilities"),
    ],
    "FirePdu": [
        *HEAD, *identity("firingEntityID"), *identity("targetEntityID"), *identity("munitionExpendableID"), *EVENT,
        ("dis.fire.mission_index", "fireMissionIndex"), *vector("dis.fire.location", "location"), *BURST,
        *vector("dis.linear_velocity", "velocity"), ("dis.range", "range"),
    ],
    "DetonationPdu": [
        *HEAD, *identity("firingEntityID"), *identity("targetEntityID"), *identity("explodingEntityID"), *EVENT,
        *vector("dis.linear_velocity", "velocity"), *vector("dis.detonation.location", "location"), *BURST,
        *vector("dis.entity_location", "locationInEntityCoordinates"), ("dis.detonation.result", "detonationResult"),
    ],
    "ElectromagneticEmissionsPdu": [
        *HEAD, *identity("emittingEntityID"), *EVENT, ("dis.ua.state_update_indicator", "stateUpdateIndicator"),
        (f"{EM}.data_length", f"{SYSTEM}.systemDataLength"),
        ("dis.electromagnetic.emitter.name", f"{SYSTEM}.emitterSystem.emitterName"),
        (f"{EM}.function", f"{SYSTEM}.emitterSystem.emitterFunction"),
        (f"{EM}.emitter_id_number", f"{SYSTEM}.emitterSystem.emitterIDNumber"),
        *vector(f"{EM}.location", f"{SYSTEM}.location"),
        ("dis.em.beam.data_length", f"{BEAM}.beamDataLength"), ("dis.em.beam.id_number", f"{BEAM}.beamIDNumber"),
        ("dis.em.beam.parameter_index", f"{BEAM}.beamParameterIndex"), ("dis.em.fund.frequency", f"{DATA}.frequency"),
        ("dis.em.fund.frequency_range", f"{DATA}.frequencyRange"),
        ("dis.em.fund.effective_radiated_power", f"{DATA}.effectiveRadiatedPower"),
        ("dis.em.fund.pulse_repetition_freq", f"{DATA}.pulseRepetitionFrequency"),
        ("dis.em.fund.pulse_width", f"{DATA}.pulseWidth"),
        ("dis.em.fund.beam.azimuth_center", f"{DATA}.beamAzimuthCenter"),
        ("dis.em.fund.beam.azimuth_sweep", f"{DATA}.beamAzimuthSweep"),
        ("dis.em.fund.beam.elevation_center", f"{DATA}.beamElevationCenter"),
        ("dis.em.fund.beam.elevation_sweep", f"{DATA}.beamElevationSweep"),
        ("dis.em.fund.beem.sweep_sync", f"{DATA}.beamSweepSync"), (f"{EM}.beam.function", f"{BEAM}.beamFunction"),
        ("dis.track_jam.high_density", f"{BEAM}.highDensityTrackJam"),
        ("dis.jamming_mode_seq", f"{BEAM}.jammingModeSequence"),
    ],
}
COUNTS = {"dis.num_articulation_params": "0", "dis.electromagnetic.num_emission_systems": "1", f"{EM}.num_beams": "1",
          "dis.track_jam.num_targ": "0"}
