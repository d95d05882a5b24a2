-- The member's own question "can I come in?" is read by the statement that the desk's check-in uses.
grant select on spent_qr_tokens to gym_client;
