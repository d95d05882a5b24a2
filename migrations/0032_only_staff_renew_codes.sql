-- A member's old code ends at the desk alone: the members' door only draws the current one.
revoke update (qr_version) on customers from gym_client;
