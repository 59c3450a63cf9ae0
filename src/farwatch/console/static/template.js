import{n as e}from"./edits.js";function t(t){let r=t.replace(/\.ya?ml$/,``).replace(/[-_]+/g,` `).trim();return n.replace(`A new scenario`,()=>e(r[0]?.toUpperCase()+r.slice(1)))}var n=`farwatch: 1
title: A new scenario

defence:
  - name: alpha
    system: patriot
    at: {lat_deg: 23.6, lon_deg: 45.1}
    heading_deg: 45                # where its sector radars look

defended:
  - {name: depot, at: {lat_deg: 23.62, lon_deg: 45.25}}

raid:
  - name: drones
    class: one-way-drone
    count: 8
    to: depot
    from: {bearing_deg: 40, range_km: 110}   # as seen from the depot
    interval_s: 15
`;export{t as begun};